"""Files that people hand in: what they are by their bytes, the scanner over its sockets, photos without EXIF."""

import io
import socket

import pytest
from PIL import Image

from asnhr.files import content, photos, scanning
from tests import clamd, papers

MB = 1024 * 1024


def check(data, filename, *, allowed=("pdf", "jpeg", "png"), max_bytes=MB, max_pages=3):
    return content.check(data, filename, allowed=allowed, max_bytes=max_bytes, max_pages=max_pages)


@pytest.mark.parametrize(
    ("data", "name", "form", "pages"),
    [
        (papers.pdf(3), "SK.PDF", "pdf", 3),
        (papers.picture(), "ktp.jpg", "jpeg", 1),
        (papers.picture(), "ktp.jpeg", "jpeg", 1),
        (papers.picture("PNG"), "kk.png", "png", 1),
    ],
)
def test_a_file_is_what_its_bytes_its_name_and_its_kind_say(data, name, form, pages):
    assert check(data, name) == content.Checked(form, pages)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.pdf", "kosong"),
        (papers.pdf(), "a.png", "bukan PNG"),
        (papers.picture(), "a.pdf", "bukan PDF"),
        (b"MZ\x90\x00" + papers.pdf(), "a.pdf", "bukan PDF"),
        (b"<html><script>alert(1)</script>", "a.pdf", "bukan PDF"),
        (papers.pdf(), "a.exe", "tidak diterima; yang diterima: PDF, JPEG, PNG"),
        (papers.pdf(), "a", "tidak diterima"),
        (papers.pdf()[:120], "a.pdf", "rusak"),
        (papers.pdf(4), "a.pdf", "4 halaman; paling banyak 3"),
        (papers.pdf(script=True), "a.pdf", "skrip"),
        (papers.pdf(attachment=True), "a.pdf", "lampiran"),
        (papers.pdf(password="x"), "a.pdf", "berkata sandi"),
        (papers.picture()[:400], "a.jpg", "rusak"),
        (papers.picture("PNG")[:200], "a.png", "rusak"),
    ],
)
def test_anything_else_is_refused_in_words(data, name, said):
    with pytest.raises(content.WrongContent, match=said):
        check(data, name)


def test_a_picture_of_too_many_pixels_is_refused_in_words():
    # Made here: among the cases above it would be made by every run of any test, for seconds.
    data = papers.picture("PNG", size=(1, 30_000_000))

    with pytest.raises(content.WrongContent, match="terlalu besar"):
        check(data, "a.png")


def test_sizes_and_forms_are_those_of_the_kind():
    with pytest.raises(content.WrongContent, match="lebih besar daripada 0,5 MB"):
        check(b"%PDF-" + bytes(MB), "a.pdf", max_bytes=MB // 2)
    with pytest.raises(content.WrongContent, match="yang diterima: PDF"):
        check(papers.picture(), "a.jpg", allowed=("pdf",))


def test_a_photo_keeps_nothing_of_the_camera_and_stands_upright():
    taken = papers.picture(size=(1600, 900))
    assert Image.open(io.BytesIO(taken)).getexif().get_ifd(0x8825)[1] == "N"

    made = photos.portrait_of(taken, "saya.jpg", max_bytes=MB)

    shown = Image.open(io.BytesIO(made.data))
    assert dict(shown.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(shown.info)
    assert b"Rumah" not in made.data
    assert b"Exif" not in made.data
    # Taken sideways (orientation 6): the long side is up now, within 480 × 640.
    assert shown.size == (made.width, made.height) == (360, 640)


def test_a_photo_is_a_picture_of_some_size():
    with pytest.raises(content.WrongContent, match="paling kecil 120"):
        photos.portrait_of(papers.picture(size=(100, 800)), "a.jpg", max_bytes=MB)
    with pytest.raises(content.WrongContent, match="JPEG, PNG"):
        photos.portrait_of(papers.pdf(), "a.pdf", max_bytes=MB)
    clear = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(clear, "PNG")
    made = photos.portrait_of(clear.getvalue(), "a.png", max_bytes=MB)
    assert Image.open(io.BytesIO(made.data)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_the_scanner_is_asked_over_its_socket(kind, settings, tmp_path):
    big = bytes(range(256)) * 1024  # four chunks
    with clamd.scanner(tmp_path / "clamd.ctl" if kind == "unix" else None) as (address, seen):
        settings.CLAMD = address
        assert scanning.scan(big) == scanning.Verdict(True)
        assert scanning.scan(b"x" + clamd.EICAR) == scanning.Verdict(False, "Eicar-Test-Signature")
        assert seen[0] == big
        with pytest.raises(scanning.Unreachable):
            scanning.scan(bytes(clamd.LIMIT + 1))


def test_without_a_scanner_nothing_is_said_and_a_silent_one_refuses(settings):
    assert scanning.scan(b"x") is None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.CLAMD = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(scanning.Unreachable, match="tidak menjawab"):
        scanning.scan(b"x")
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        settings.CLAMD, settings.CLAMD_TIMEOUT = f"tcp://127.0.0.1:{mute.getsockname()[1]}", 0.2
        with pytest.raises(scanning.Unreachable):
            scanning.scan(b"x")
