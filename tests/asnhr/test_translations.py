"""English is complete: every marked string is in the catalogue, the .mo is the .po, pages show no Indonesian."""

import ast
import gettext
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation.template import templatize

from asnhr import formats
from asnhr.models import Parameter
from asnhr.scope import agency_scope
from positions.models import Finding
from positions.queries.needs.run import LEGAL_BASES, STEPS
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.needs_pages import analyse
from tests.roles import user_with

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES"
SOURCES = ("asnhr", "positions", "evaluations", "training", "careers")
# Where the message, its context and its plural stand among the arguments.
MARKERS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (0, None, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, None, 1)),
    # asnhr.formats: Indonesian has one form, so it is written once.
    "counted": (0, None, 0),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1, 0, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (1, 0, 2)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?[a-z]+[^>]*>")
CALL = re.compile(
    r"\b(?P<name>_|n?p?gettext)\((?P<texts>(?:\s*u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")\s*,?)+)", re.DOTALL
)
# Words of Indonesian that no English page, and none of the names that these tests give to rows, contains.
INDONESIAN = re.compile(
    r"\b(yang|dan|tidak|belum|sudah|untuk|dengan|dari|pada|ini|itu|harus|setiap|semua|atau|bukan|hanya|lihat|buka|tutup"
    r"|simpan|hapus|ubah|tambah|cari|saring|pilih|unggah|unduh|masuk|keluar|kembali|lanjutkan|beranda|jabatan|pegawai"
    r"|kebutuhan|kekurangan|kelebihan|pemangku|formasi|temuan|sasaran|rekomendasi|analisis|keputusan|usulan|instansi"
    r"|berkas|baris|kolom|lembar|tanggal|tahun|bulan|hari|jumlah|hasil|alasan|sumber|jenis|kelas|golongan|pangkat|jenjang"
    r"|pendidikan|pensiun|riwayat|lowong|terisi|beban|tugas|waktu|aturan|kerja|orang|sejak|menurut|nama|kata|sandi)\b",
    re.IGNORECASE,
)


class Message:
    """One entry of the .po: its key as gettext keeps it, its texts and flags."""

    def __init__(self, lines: list[str]) -> None:
        self.flags = {flag.strip() for line in lines if line.startswith("#,") for flag in line[2:].split(",")}
        parts: dict[str, str] = {}
        field = ""
        for line in lines:
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                field, line = line.split(" ", 1)
            parts[field] = parts.get(field, "") + ast.literal_eval(line)
        self.source = parts["msgid"]
        self.key = f"{parts['msgctxt']}\x04{self.source}" if "msgctxt" in parts else self.source
        self.plural = parts.get("msgid_plural")
        self.texts = [text for name, text in parts.items() if name.startswith("msgstr")]


def catalogue() -> list[Message]:
    """Return the entries of the .po without its header."""
    blocks = (CATALOGUE / "django.po").read_text(encoding="utf-8").split("\n\n")
    found = [Message(block.strip().splitlines()) for block in blocks if "msgid" in block]
    assert found[0].key == ""
    return found[1:]


def test_every_entry_is_translated_and_none_is_fuzzy():
    assert [message.key for message in catalogue() if "fuzzy" in message.flags] == []
    assert [message.key for message in catalogue() if not all(message.texts)] == []
    assert "#~" not in (CATALOGUE / "django.po").read_text(encoding="utf-8")


def test_placeholders_and_markup_are_those_of_the_source():
    wrong = [
        (message.source, text)
        for message in catalogue()
        for text in message.texts
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(message.source))
    ]
    assert wrong == []


def test_edges_and_lines_are_those_of_the_source():
    """A space that joins two sentences, or a line break, must not be lost."""
    wrong = [
        (message.source, text)
        for message in catalogue()
        for text in message.texts
        if (text[:1].isspace(), text[-1:].isspace(), text.count("\n"))
        != (message.source[:1].isspace(), message.source[-1:].isspace(), message.source.count("\n"))
    ]
    assert wrong == []


def test_plurals_have_both_forms():
    assert [message.key for message in catalogue() if len(message.texts) != (2 if message.plural else 1)] == []


def test_the_compiled_catalogue_is_the_readable_one():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    compiled.pop("")
    expected = {}
    for message in catalogue():
        if message.plural is None:
            expected[message.key] = message.texts[0]
        else:
            expected |= {(message.key, form): text for form, text in enumerate(message.texts)}
    assert compiled == expected


# What is marked


def key_of(name: str, texts: list[str | None]) -> str | None:
    message, context, _plural = MARKERS[name]
    if message >= len(texts) or texts[message] is None or (context is not None and texts[context] is None):
        return None
    return texts[message] if context is None else f"{texts[context]}\x04{texts[message]}"


def marked_in_python(path: Path, names: Iterable[str] = tuple(MARKERS)) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in names:
                texts = [
                    value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
                    for value in node.args
                ]
                key = key_of(name, texts)
                if key:
                    yield key


def marked_in_template(path: Path) -> Iterator[str]:
    for call in CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        texts = list(ast.literal_eval(f"({call['texts'].strip().rstrip(',')},)"))
        key = key_of(call["name"], texts)
        if key:
            yield key


def test_every_marked_string_is_in_the_catalogue():
    known = {message.key for message in catalogue()}
    missing = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            missing |= {key: path.relative_to(ROOT) for key in marked_in_python(path) if key not in known}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        missing |= {key: path.relative_to(ROOT) for key in marked_in_template(path) if key not in known}
    assert missing == {}, "docs/terjemahan.md: makemessages, translate, compilemessages"


def test_what_is_counted_says_one_thing_and_several_in_english():
    plurals = {message.source for message in catalogue() if message.plural is not None}
    single = {
        key: path.relative_to(ROOT)
        for folder in SOURCES
        for path in sorted((ROOT / folder).rglob("*.py"))
        for key in marked_in_python(path, {"counted"})
        if key not in plurals
    }
    assert single == {}
    with translation.override("en"):
        said = [formats.counted("%(n)s hari lagi", many) for many in (0, 1, 2, 1500)]
        assert said == ["0 days left", "1 day left", "2 days left", "1,500 days left"]
        assert formats.counted("Unit %(unit)s masih punya %(n)s pegawai; sebutkan unit penggantinya.", 1, unit="A") == (
            "Unit A still has 1 employee; name its successor."
        )
        assert formats.years_and_months(97) == "8 years 1 month"
    assert formats.counted("%(n)s hari lagi", 1500) == "1.500 hari lagi"


STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`")


def test_scripts_hold_no_words_of_their_own():
    """What script says stands in the page, translated, as `data-…`: a script knows no language."""
    said = {}
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        code = re.sub(r"(?m)^\s*//.*$|\s//\s.*$", "", path.read_text(encoding="utf-8"))
        found = [text for text in STRING.findall(code) if INDONESIAN.search(text) and " " in text.strip("\"'` ")]
        if found:
            said[path.name] = found
    assert said == {}


@pytest.mark.django_db
def test_words_that_rows_carry_are_in_the_catalogue():
    known = {message.key for message in catalogue()}
    carried = {text for text, _statements in STEPS} | set(LEGAL_BASES.values())
    for row in Parameter.objects.all():
        carried |= {row.name, row.unit, row.legal_basis}
    assert {text for text in carried if text and text not in known and INDONESIAN.search(text)} == set()


# What is shown


class Words(HTMLParser):
    """Collects what a reader of the page sees or hears: text, titles, labels, alternatives, placeholders."""

    SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")
    SILENT = ("script", "style", "template")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0
        self.foreign = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in self.SILENT
        self.texts += [value for name, value in attrs if name in self.SPOKEN and value]

    def handle_endtag(self, tag):
        self.silent -= tag in self.SILENT

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.texts.append(" ".join(data.split()))


def shown(response, url="") -> list[str]:
    assert response.status_code == 200, url
    words = Words()
    words.feed(response.content.decode())
    return words.texts


def indonesian(texts: list[str]) -> list[str]:
    return [text for text in texts if text != "Bahasa Indonesia" and INDONESIAN.search(text)]


@pytest.fixture
def medan():
    """An agency with a row of everything that its pages list, named without a word of Indonesian."""
    agency = AgencyFactory(name="Medan", short_name="Medan")
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, name="Medan")
        unit = make.UnitFactory(agency=agency, name="Dinkes", parent=root)
        job = make.JobFactory(agency=agency, name="Perawat", group="fungsional", level="TERAMPIL", job_class=8)
        position = make.PositionFactory(agency=agency, unit=unit, job=job)
        make.SeatFactory(agency=agency, position=position)
        make.PositionNeedFactory(agency=agency, position=position, need=2, decree="188.44/1")
        person = make.EmployeeFactory(agency=agency, unit=unit, name="Siti")
        make.IncumbencyFactory(agency=agency, position=position, employee=person)
        goal = make.GoalFactory(agency=agency, unit=unit, text="Sehat")
        position.goal_links.create(agency=agency, goal=goal, starts_on="2022-01-01")
        finding = Finding.objects.create(
            agency=agency, code="GANDA", message="X", raw={}, unit=unit, employee=person, fingerprint="0" * 64
        )
        rows = {
            "unit-detail": unit.pk, "position-detail": position.pk, "job-detail": job.pk,
            "employee-detail": person.pk, "goal-detail": goal.pk, "finding-detail": finding.pk,
        }  # fmt: skip
    rows["analysis-detail"] = analyse(agency).pk
    return agency, rows


LISTS = (
    "home", "employee-list", "position-list", "unit-list", "unit-tree", "job-list", "retirement-list", "contract-list",
    "goal-list", "finding-list", "mapping-list", "analysis-list", "followup-list",
    "proposal-list", "workload-board", "import-list", "import-new", "run-list", "parameter-list", "search",
    "notification-list", "notification-settings",
)  # fmt: skip


@pytest.mark.django_db
def test_pages_of_staff_are_english_throughout(client, medan):
    agency, rows = medan
    client.force_login(user_with(agency, "staf_bkd", first_name="Rina", last_name="", username="rina"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    pages = [reverse(name) for name in LISTS] + [reverse(name, args=[pk]) for name, pk in rows.items()]
    pages.append(reverse("analysis-table", args=[rows["analysis-detail"]]))
    left = {url: found for url in pages if (found := indonesian(shown(client.get(url), url)))}
    assert left == {}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_signup"])
def test_doors_are_english(client, name):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert indonesian(shown(client.get(reverse(name)))) == []


@pytest.mark.django_db
def test_without_the_switch_pages_stay_indonesian(client, medan):
    agency, _rows = medan
    client.force_login(user_with(agency, "staf_bkd"))
    texts = shown(client.get(reverse("employee-list")))
    assert "Beranda" in texts
    assert "Home" not in texts


def test_a_row_s_words_are_translated_where_they_are_shown():
    with translation.override("en"):
        assert translation.gettext(STEPS[0][0]) == "Reading units, job titles and positions"
        assert translation.gettext("") == ""
