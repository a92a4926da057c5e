"""Kept files of imports: unreadable on disk, refused when changed, readable after a new key."""

import io
import stat

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from asnhr.errors import RuleBroken
from asnhr.imports import storage
from asnhr.models import ImportJob
from asnhr.scope import agency_scope
from tests.factories.asnhr import AgencyFactory

NIK = b"1271990803989000"
CHUNK = storage.CHUNK


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return settings.UPLOAD_DIR


def kept(data=NIK):
    return storage.keep("1271", io.BytesIO(data)).name


def path_of(name):
    return storage.folder_of("1271") / name


def read(name):
    with storage.opened("1271", name) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])
def test_what_is_kept_is_read_back(size):
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    stored = storage.keep("1271", io.BytesIO(data))

    assert stored.size == size
    assert read(stored.name) == data
    with storage.opened("1271", stored.name) as file:
        assert file.read(7) + file.read(CHUNK) + file.read() == data
        assert file.read() == b""


def test_a_reader_that_gives_little_at_a_time_is_kept_whole():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1000) if size >= 0 else 1000)

    assert read(storage.keep("1271", Slow(b"x" * 5000)).name) == b"x" * 5000


def test_the_disk_never_holds_the_clear_content():
    name = kept(b"NIK\n" + NIK)
    path = path_of(name)

    assert NIK not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == [name]


def test_too_large_a_file_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(storage, "MAX_FILE_BYTES", 10)

    with pytest.raises(RuleBroken, match="lebih besar"):
        kept(b"x" * 11)
    assert list(storage.folder_of("1271").iterdir()) == []


def cut(data):
    return data[: storage._HEAD + CHUNK + 16]  # whole chunks, but not the last one


@pytest.mark.parametrize(
    "change",
    [
        cut,
        lambda data: data[: storage._HEAD],
        lambda data: data[: storage._HEAD - 5],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
        lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        lambda data: data[:9] + b"abcd" + data[13:],
    ],
    ids=["cut at a chunk", "head only", "cut head", "cut", "longer", "salt", "a bit", "another key"],
)
def test_a_changed_file_is_refused(change):
    name = kept(b"x" * (2 * CHUNK + 10))
    path_of(name).write_bytes(change(path_of(name).read_bytes()))

    with pytest.raises(storage.Unreadable, match="tidak dapat dibuka"):
        read(name)


def test_a_file_in_the_place_of_another_is_refused():
    mine, other = kept(b"mine"), kept(b"other")
    path_of(other).replace(path_of(mine))

    with pytest.raises(storage.Unreadable):
        read(mine)


def test_a_lost_key_is_an_error(settings):
    name = kept()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(storage.Unreadable):
        read(name)


@pytest.fixture
def agency(db):
    return AgencyFactory()


def job(agency, name):
    with agency_scope(agency):
        return ImportJob.objects.create(
            agency=agency, kind="employees", filename="a.csv", stored_as=name, sha256="0" * 64
        )


def test_rotation_makes_the_old_key_unnecessary(agency, settings, capsys):
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    name, clear = kept(), "0" * 32 + ".bin"
    path_of(clear).write_bytes(NIK)  # of an earlier release
    for each in (name, clear, "hilang.bin"):
        job(agency, each)
    assert read(clear) == NIK
    settings.FIELD_KEYS = [new, old]

    call_command("rotate_field_keys")

    assert "2 berkas" in capsys.readouterr().out
    settings.FIELD_KEYS = [new]
    assert read(name) == read(clear) == NIK
    assert NIK not in path_of(clear).read_bytes()
    call_command("rotate_field_keys", "--language", "en")
    assert "0 files rewritten" in capsys.readouterr().out


def test_rotation_names_a_file_that_no_key_opens(agency, settings):
    name = kept()
    job(agency, name)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match=name):
        call_command("rotate_field_keys")
