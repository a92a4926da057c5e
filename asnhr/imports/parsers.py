"""Cells into values, with the habits and the disorder of Indonesian personnel sheets; a doubtful cell is refused,
    not guessed.

Each parser takes a cell as the reader gives it (text, number, date, yes/no) and returns a value, or None for an empty
cell; it raises CellProblem with a code and a cause. Results depend on the cell alone, so repeated texts are remembered.
"""

import datetime
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from .errors import CellProblem

MOST_STAFF = 99_999  # of one post; a larger figure is a slip, and each of them would be a seat
EMPTY_TEXTS = frozenset({"", "-", "--", "—", "–", "null", "none", "n/a", "#n/a", "nihil"})
MONTHS = {
    "januari": 1, "jan": 1, "january": 1, "februari": 2, "pebruari": 2, "feb": 2, "peb": 2, "february": 2,
    "maret": 3, "mar": 3, "mrt": 3, "march": 3, "april": 4, "apr": 4, "mei": 5, "may": 5,
    "juni": 6, "jun": 6, "june": 6,
    "juli": 7, "jul": 7, "july": 7, "agustus": 8, "agt": 8, "agu": 8, "ags": 8, "agus": 8, "aug": 8, "august": 8,
    "september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10, "oct": 10, "october": 10,
    "november": 11, "nopember": 11, "nov": 11, "nop": 11, "desember": 12, "des": 12, "dec": 12, "december": 12,
}  # fmt: skip
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII")
RANKS = {
    "I/a": "Juru Muda", "I/b": "Juru Muda Tingkat I", "I/c": "Juru", "I/d": "Juru Tingkat I",
    "II/a": "Pengatur Muda", "II/b": "Pengatur Muda Tingkat I", "II/c": "Pengatur", "II/d": "Pengatur Tingkat I",
    "III/a": "Penata Muda", "III/b": "Penata Muda Tingkat I", "III/c": "Penata", "III/d": "Penata Tingkat I",
    "IV/a": "Pembina", "IV/b": "Pembina Tingkat I", "IV/c": "Pembina Utama Muda", "IV/d": "Pembina Utama Madya",
    "IV/e": "Pembina Utama",
}  # fmt: skip
# Level of education: SIASN id by what people write, longest first where one contains another.
EDUCATION_LEVELS = (
    ("50", r"s[ .-]?3\b|strata[ -]?(3|iii)\b|doktor\b"),
    ("49", r"sub ?spesialis\b|sp[ .-]?2\b"),
    ("47", r"spesialis\b|sp[ .-]?1\b"),
    ("45", r"s[ .-]?2\b|strata[ -]?(2|ii)\b|magister\b|master\b|pasca ?sarjana\b"),
    ("42", r"profesi\b|ners\b"),
    ("40", r"s[ .-]?1\b|strata[ -]?(1|i)\b|sarjana\b(?! muda)"),
    ("35", r"d[ .-]?(4|iv)\b|diploma[ -]?(4|iv)\b"),
    ("30", r"d[ .-]?(3|iii)\b|diploma[ -]?(3|iii)\b|sarjana muda\b|akademi\b|sm\b"),
    ("25", r"d[ .-]?(2|ii)\b|diploma[ -]?(2|ii)\b"),
    ("20", r"d[ .-]?(1|i)\b|diploma[ -]?(1|i)\b"),
    ("18", r"slta keguruan|spg\b|sgo\b|pga\b"),
    ("17", r"slta kejuruan|smk\b|stm\b|smea\b|smkk\b|spk\b"),
    ("15", r"slta\b|sma\b|smu\b|ma\b|paket c\b|sederajat slta"),
    ("12", r"sltp kejuruan|st\b|smep\b"),
    ("10", r"sltp\b|smp\b|mts\b|paket b\b"),
    ("05", r"sd\b|sekolah dasar|mi\b|paket a\b"),
)  # fmt: skip
_EDUCATION = tuple((code, re.compile(rf"^\s*(?:{pattern})", re.IGNORECASE)) for code, pattern in EDUCATION_LEVELS)
_CLEAN = re.compile(r"^[A-Z0-9][A-Za-z0-9]{5,}(?: [A-Z0-9][A-Za-z0-9]+)*\Z")
_SCIENTIFIC = re.compile(r"^\s*\d(?:[.,]\d+)?\s*e\s*\+?\d+\s*$", re.IGNORECASE)
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?$")
_DMY = re.compile(r"^(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})(?:\s+\d{1,2}:\d{2}.*)?$")
# 31-12-9999 as files write it, and as Excel counts it.
_OPEN_SERIAL = 2_958_465
_OPEN_END = re.compile(r"(?<!\d)9999(?:\d{4})?(?!\d)")
_WORDS = re.compile(r"^(?:[a-z]+,\s*)?(\d{1,2})[\s./-]*([a-z]+)[\s./,-]*(\d{4}|\d{2})$", re.IGNORECASE)
_SERVICE = re.compile(
    r"^\s*(\d+)\s*(?:tahun|thn|th)?\.?\s*[,;/-]?\s*(?:(\d+)\s*(?:bulan|bln|bl)?\.?)?\s*$", re.IGNORECASE
)


def is_empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, str) and value.strip().lower() in EMPTY_TEXTS)


def shown(value: object) -> str:
    """Return the cell as a person would read it, for messages and for the error workbook."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "YA" if value else "TIDAK"
    if isinstance(value, datetime.datetime | datetime.date):
        return value.strftime("%d-%m-%Y")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def text(value: object) -> str | None:
    """Text with single spaces; whole numbers without a decimal point; a leading apostrophe is Excel's, not the
    value's."""
    if isinstance(value, str):
        # Most cells of an export are clean already: letters, digits and single spaces between them.
        if _CLEAN.match(value):
            return value
        return _text(value)
    return None if value is None else shown(value)


@lru_cache(maxsize=8192)
def _text(value: str) -> str | None:
    if is_empty(value):
        return None
    cleaned = " ".join(value.replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "").split())
    cleaned = cleaned.removeprefix("'").strip()
    return None if is_empty(cleaned) else cleaned


def code(value: object) -> str | None:
    """An identifier: no spaces inside, upper or lower case kept."""
    found = text(value)
    return found.replace(" ", "") if found else None


def siasn_id(value: object) -> str | None:
    """A SIASN id, in capitals: exports of different services differ in case only."""
    found = code(value)
    return found.upper() if found else None


def date(value: object) -> datetime.date | None:
    """Indonesian dates: 02-01-2024, 2/1/2024, 2 Januari 2024, ISO, date cells and Excel serial numbers.

    Refused as DATE_AMBIGUOUS ("TANGGAL_MENDUA"): month first (13/25) is impossible, two-digit years are unclear.
    """
    if isinstance(value, datetime.datetime):
        return _bounded(value.date())
    if isinstance(value, datetime.date):
        return _bounded(value)
    if isinstance(value, bool):
        raise CellProblem("TANGGAL", _("bukan tanggal"))
    if isinstance(value, int | float):
        return _serial(float(value))
    if value is None:
        return None
    return _date(str(value))


def last_day(value: object) -> datetime.date | None:
    """The last day of a period: 31-12-9999, however it is written, is how files say that there is none."""
    if isinstance(value, datetime.date):
        return None if value.year == datetime.MAXYEAR else date(value)
    if isinstance(value, int | float) and value == _OPEN_SERIAL:
        return None
    return None if isinstance(value, str) and _OPEN_END.search(value) else date(value)


def _serial(number: float) -> datetime.date:
    # 1 January 1940 to 31 December 2099: a smaller or larger number is a year, a NIP or a mistake.
    if not number.is_integer() and number % 1 != 0:
        number = float(int(number))
    if not 14611 <= number <= 73050:
        raise CellProblem("TANGGAL", _("angka ini bukan tanggal Excel"))
    return datetime.date(1899, 12, 30) + datetime.timedelta(days=int(number))


@lru_cache(maxsize=8192)
def _date(value: str) -> datetime.date | None:
    found = _text(value)
    if found is None or found.replace("-", "").replace("/", "").replace("0", "") == "":
        return None
    if match := _ISO.match(found):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DMY.match(found):
        return _day(_year(match[3]), int(match[2]), int(match[1]))
    if match := _WORDS.match(found):
        month = MONTHS.get(match[2].lower())
        if month is None:
            raise CellProblem("TANGGAL", _("nama bulan “%(month)s” tidak dikenal"), month=match[2])
        return _day(_year(match[3]), month, int(match[1]))
    if re.fullmatch(r"\d{8}", found):
        return _day(int(found[:4]), int(found[4:6]), int(found[6:]))
    if re.fullmatch(r"\d{5}(?:[.,]\d+)?", found):
        return _serial(float(found[:5]))
    raise CellProblem("TANGGAL", _("bukan tanggal; tulis sebagai 31-12-2024"))


def _year(digits: str) -> int:
    if len(digits) == 2:
        raise CellProblem("TANGGAL_MENDUA", _("tahun dua angka tidak jelas abadnya; tulis empat angka"))
    return int(digits)


def _day(year: int, month: int, day: int) -> datetime.date:
    if month > 12 and day <= 12:
        raise CellProblem(
            "TANGGAL_MENDUA", _("bulan lebih dari 12: urutannya mungkin bulan-tanggal; tulis tanggal-bulan-tahun")
        )
    try:
        found = datetime.date(year, month, day)
    except ValueError:
        raise CellProblem("TANGGAL", _("tanggal ini tidak ada di kalender")) from None
    return _bounded(found)


def _bounded(found: datetime.date) -> datetime.date:
    if not 1900 <= found.year <= 2100:
        raise CellProblem("TANGGAL", _("tahun di luar 1900 sampai 2100"))
    return found


def number(value: object) -> Decimal | None:
    """A number with Indonesian separators: 1.450 is one thousand four hundred and fifty, 0,52 is a half and a bit.

    A point that can only be a decimal one (0.52, 12.5, 1.4500) is read as such.
    """
    if isinstance(value, bool):
        raise CellProblem("ANGKA", _("bukan angka"))
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if not value.is_integer() else Decimal(int(value))
    if isinstance(value, datetime.date | datetime.time):
        raise CellProblem("ANGKA", _("sel ini berformat tanggal, bukan angka"))
    return None if value is None else _number(str(value))


@lru_cache(maxsize=4096)
def _number(value: str) -> Decimal | None:
    found = _text(value)
    if found is None:
        return None
    sign = -1 if found.startswith(("-", "(")) else 1
    bare = re.sub(r"^(?:rp\.?|[-+(])\s*", "", found, flags=re.IGNORECASE).rstrip(")").replace(" ", "")
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", bare) and not bare.startswith("0."):
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"\d+,\d+", bare):
        bare = bare.replace(",", ".")
    elif not re.fullmatch(r"\d+(\.\d+)?", bare):
        raise CellProblem("ANGKA", _("bukan angka"))
    try:
        return sign * Decimal(bare)
    except InvalidOperation:
        raise CellProblem("ANGKA", _("bukan angka")) from None


def whole(value: object) -> int | None:
    """A whole number, zero or more."""
    found = number(value)
    if found is None:
        return None
    if found != found.to_integral_value() or found < 0 or found > 2_000_000_000:
        raise CellProblem("ANGKA", _("harus bilangan bulat, nol atau lebih"))
    return int(found)


def signed(value: object) -> int | None:
    """A whole number with or without a sign: the ± of a position map."""
    found = number(value)
    if found is not None and found != found.to_integral_value():
        raise CellProblem("ANGKA", _("harus bilangan bulat"))
    return None if found is None else int(found)


def year(value: object) -> int | None:
    found = whole(value)
    if found is not None and not 1900 <= found <= 2100:
        raise CellProblem("TAHUN", _("bukan tahun"))
    return found


def job_class(value: object) -> int | None:
    found = whole(value)
    if found == 0:
        return None  # lists write 0 where the class is not decided
    if found is not None and found > 17:
        raise CellProblem("KELAS_JABATAN", _("kelas jabatan 1 sampai 17"))
    return found


def yes_no(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    found = text(value)
    if found is None:
        return None
    lowered = found.lower()
    if lowered in {"1", "ya", "y", "true", "t", "iya", "ada", "benar", "v", "x", "✓"}:
        return True
    if lowered in {"0", "tidak", "n", "false", "f", "tdk", "tidak ada", "salah"}:
        return False
    raise CellProblem("YA_TIDAK", _("isi dengan ya atau tidak"))


def sex(value: object) -> str | None:
    """Return M or F as SIASN writes them; P alone is perempuan, as in Indonesian lists."""
    found = text(value)
    if found is None:
        return None
    lowered = found.lower().rstrip(".").replace(" ", "").replace("-", "")
    if lowered in {"m", "l", "lk", "pria", "laki", "lakilaki", "male", "1"}:
        return "M"
    if lowered in {"f", "p", "pr", "pi", "wanita", "perempuan", "female", "2"}:
        return "F"
    raise CellProblem("JENIS_KELAMIN", _("isi dengan L atau P (SIASN: M atau F)"))


def nip(value: object) -> str | None:
    """The 18 digits of a NIP, free of apostrophes, points and spaces.

    Refused as NIP_DIBULATKAN whenever Excel may have rounded it: number cells (15 digits survive), scientific notation,
    a serial of 000. Refused as NIP when it is not 18 digits or breaks rules N2 to N5 of the number.
    """
    return _identity(value, "NIP", 18, _nip)


def nik(value: object) -> str | None:
    """The 16 digits of a NIK; a number cell lost its last digit and is refused."""
    return _identity(value, "NIK", 16, lambda digits: digits)


def old_nip(value: object) -> str | None:
    """A NIP of nine digits from before 2007; kept as written, never a key."""
    found = text(value)
    return found.replace(" ", "") if found else None


def _identity(value: object, name: str, length: int, check: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _rounded(name) if abs(value) >= 1e15 else _not_digits(name, length)
    # Exports write '1986…: the apostrophe is Excel's.
    bare = value.removeprefix("'") if isinstance(value, str) else ""
    found = bare if len(bare) == length and bare.isascii() and bare.isdigit() else text(value)
    if found is None:
        return None
    if found.isdigit() and found.isascii() and len(found) == length:
        digits = found
    else:
        if _SCIENTIFIC.match(found):
            raise _rounded(name)
        digits = _IDENTITY_DRESS.sub("", _IDENTITY_PREFIX.sub("", found))
        if re.fullmatch(r"\d+,0+", digits):
            raise _rounded(name)
        if not digits.isascii() or not digits.isdigit() or len(digits) != length:
            raise _not_digits(name, length)
    if name == "NIP" and digits.endswith("000"):
        raise _rounded(name)
    return check(digits)


_IDENTITY_PREFIX = re.compile(r"^(?:nip|nik|ni ?pppk)\b[.:\s]*", re.IGNORECASE)
_IDENTITY_DRESS = re.compile(r"[\s.'`’\"\u00a0-]")


def _rounded(name: str) -> CellProblem:
    return CellProblem(
        f"{name}_DIBULATKAN",
        _(
            "%(name)s tersimpan sebagai angka sehingga Excel membulatkannya; format kolom sebagai teks dan ambil ulang"
            " dari sumbernya"
        ),
        name=name,
    )


def _not_digits(name: str, length: int) -> CellProblem:
    return CellProblem(name, _("%(name)s harus %(length)s angka"), name=name, length=length)


def _nip(digits: str) -> str:
    try:
        born = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise CellProblem("NIP", _("delapan angka pertama NIP bukan tanggal lahir")) from None
    if born.year < 1900:
        raise CellProblem("NIP", _("delapan angka pertama NIP bukan tanggal lahir"))
    marker = int(digits[12:14])
    if not (1 <= marker <= 12 or 21 <= marker <= 29):
        raise CellProblem("NIP", _("angka ke-13 dan 14 NIP bukan bulan pengangkatan dan bukan penanda PPPK"))
    if digits[14] not in "12":
        raise CellProblem("NIP", _("angka ke-15 NIP harus 1 (pria) atau 2 (wanita)"))
    return digits


def nip_in_text(value: object) -> str | None:
    """The NIP of a cell that holds a name and a NIP."""
    return name_and_nip(value)[1]


def name_and_nip(value: object) -> tuple[str | None, str | None]:
    """Split "Budi Hartono, S.H. / 19860926 201505 1 001" (or on two lines) into name and NIP."""
    found = text(value)
    if found is None:
        return None, None
    match = re.search(r"(?:/|\bnip\b)?[\s.:/]*((?:\d[\s.]*){9,}\d(?:[.,]\d+)?(?:e\+?\d+)?)\s*$", found, re.IGNORECASE)
    if not match:
        return found.strip(" /"), None
    name = re.sub(r"[\s/,.]*(?:nip\b[\s.:]*)?$", "", found[: match.start()], flags=re.IGNORECASE)
    name = _close_title(name, found)
    return name or None, nip(match[1].strip())


def _close_title(name: str, whole_text: str) -> str:
    """Give back the point that ended a title ("S.H."), which the split took for punctuation."""
    after = whole_text[len(name) : len(name) + 1]
    return name + "." if after == "." and re.search(r"[.,]\s*\w+\.?\w*$", name) else name


def grade(value: object) -> str | None:
    """Golongan: III/a, III a, IIIa, III.A, 3a, id 31 → "III/a"; PPPK I to XVII (also "Gol. IX") → "IX"."""
    if isinstance(value, float) and value.is_integer():
        value = str(int(value))
    elif isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return None if value is None else _grade(str(value))


@lru_cache(maxsize=4096)
def _grade(value: str) -> str | None:
    found = _text(value)
    if found is None:
        return None
    bare = re.sub(r"^(?:gol(?:ongan)?\.?|ruang)\s*", "", found, flags=re.IGNORECASE)
    compact = re.sub(r"[\s./()-]", "", bare)
    if match := re.fullmatch(r"(IV|I{1,3})([A-E])", compact, re.IGNORECASE):
        return _known_grade(f"{match[1].upper()}/{match[2].lower()}")
    if match := re.fullmatch(r"([1-4])([A-E])", compact, re.IGNORECASE):
        return _known_grade(f"{ROMAN[int(match[1]) - 1]}/{match[2].lower()}")
    if match := re.fullmatch(r"([1-4])([1-5])", compact):
        return _known_grade(f"{ROMAN[int(match[1]) - 1]}/{'abcde'[int(match[2]) - 1]}")
    if compact.upper() in ROMAN:
        return compact.upper()
    raise CellProblem("GOLONGAN", _("golongan tidak dikenal; contoh: III/a, atau IX untuk PPPK"))


def _known_grade(found: str) -> str:
    if found not in RANKS:
        raise CellProblem("GOLONGAN", _("golongan tidak dikenal; contoh: III/a, atau IX untuk PPPK"))
    return found


def rank_and_grade(value: object) -> str | None:
    """ "Pembina Utama Muda / IV/c", "Penata (III/c)", "IX": the grade is what counts."""
    found = text(value)
    if found is None:
        return None
    match = re.search(r"(?:^|[\s/(,.-])((?:IV|I{1,3})\s*[./]?\s*[a-e]|[1-4][a-e])\s*\)?\s*$", found, re.IGNORECASE)
    if match:
        return _grade(match[1])
    head = re.match(r"^((?:IV|I{1,3})\s*[./]?\s*[a-e])(?=[\s/,(-])", found, re.IGNORECASE)
    if head:
        return _grade(head[1])
    for known, rank in RANKS.items():
        if found.lower().replace("tk.", "tingkat").replace("tk ", "tingkat ") == rank.lower():
            return known
    return _grade(found.rpartition("/")[2])


def service_length(value: object) -> tuple[int, int] | None:
    """ "8 tahun 1 bulan", "08/01", "8 thn" → (8, 1)."""
    found = text(value)
    if found is None:
        return None
    match = _SERVICE.match(found)
    if not match or int(match[1]) > 99 or int(match[2] or 0) > 11:
        raise CellProblem("MASA_KERJA", _("masa kerja tidak terbaca; contoh: 8 tahun 1 bulan"))
    return int(match[1]), int(match[2] or 0)


def education_level(value: object) -> str | None:
    """Return the SIASN id of the level from its id or from text (S-1 Hukum, D.III, SLTA). Unknown ids of two digits
        stay:
    newer data has levels that the older table lacks."""
    if isinstance(value, float) and value.is_integer():
        value = f"{int(value):02d}"
    return None if value is None else _education_level(str(value))


@lru_cache(maxsize=4096)
def _education_level(value: str) -> str | None:
    found = _text(value)
    if found is None:
        return None
    if re.fullmatch(r"\d{1,2}", found):
        return found.zfill(2)
    for level, pattern in _EDUCATION:
        if pattern.search(found):
            return level
    raise CellProblem("PENDIDIKAN", _("jenjang pendidikan tidak dikenal; contoh: S-1, D-III, SLTA"))


def split_name(value: object) -> tuple[str | None, str, str]:
    """Return name, titles before and titles after: "Dr. Ir. Budi Hartono, S.T., M.M." → ("Budi Hartono", "Dr.
    Ir.", "S.T., M.M.")."""
    found = text(value)
    return (None, "", "") if found is None else _split_name(found)


@lru_cache(maxsize=8192)
def _split_name(found: str) -> tuple[str | None, str, str]:
    name, comma, after = found.partition(",")
    before = ""
    while match := re.match(
        r"^((?:prof|dr|drs|dra|ir|h|hj|kh|apt|ns|drg|drh)\.)\s*|^((?:dr|drg|drh|hj|apt|drs|dra|ir|prof)\s)\s*(?=\S+)",
        name,
        re.IGNORECASE,
    ):
        before = f"{before} {match[0].strip()}".strip()
        name = name[match.end() :]
    name = name.strip()
    return (name or found), before, after.strip() if comma else ""


def normal(value: str) -> str:
    """Lower case, letters and digits only, single spaces: how headers, units and titles are compared."""
    return _normal(value)


@lru_cache(maxsize=8192)
def _normal(value: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", value.lower()).split())


def need(value: object) -> Decimal | None:
    """A number of staff: below a thousand, so that 1.064 and 1,064 are both a little more than one person."""
    found = text(value) if isinstance(value, str) else None
    if found and re.fullmatch(r"\d{1,3}[.,]\d+", found):
        return Decimal(found.replace(",", "."))
    staff = number(value)
    if staff is not None and staff > MOST_STAFF:
        raise CellProblem("DI_LUAR_RENTANG", _("lebih dari %(most)s orang untuk satu jabatan"), most=MOST_STAFF)
    return staff
