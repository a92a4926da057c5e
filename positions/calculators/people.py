"""Calculators of a person's number, retirement, rank, service and salary."""

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from asnhr.calculators import AS_OF, Answer, Book, Calculator, Field, Invalid, Kind, Law, Output
from asnhr.formats import counted, number, rupiah, years_and_months
from asnhr.formats import day as words_of
from positions.models import ReferenceJob
from positions.queries.rulebook import BUP, ages_of
from positions.rules import nip, promotion, rank, retirement, salary
from positions.rules.levels import (
    ECHELON_BY_CODE,
    LEVEL_NAMES,
    PPPK_GROUPS,
    RANK_BY_CODE,
    RANK_BY_ID,
    RANKS,
    Level,
)

SEX = {nip.Sex.MALE: "M", nip.Sex.FEMALE: "F"}
NIP_CODES = {
    "N1": gettext_lazy("N1: bukan 18 digit"),
    "N2": gettext_lazy("N2: delapan digit pertama bukan tanggal lahir yang ada, atau belum terjadi"),
    "N3": gettext_lazy("N3: digit 13–14 bukan bulan (PNS) dan bukan penanda 21–29 (PPPK)"),
    "N4": gettext_lazy("N4: digit 15 bukan 1 (laki-laki) atau 2 (perempuan)"),
    "N5": gettext_lazy("N5: nomor urut 000"),
    "N6": gettext_lazy("N6: terlalu muda pada TMT pengangkatan"),
}
LEVELS = tuple((level.value, LEVEL_NAMES[level]) for level in Level)
RANK_CHOICES = tuple((each.code, f"{each.code} {each.name}") for each in RANKS)
GRADE_CHOICES = (*RANK_CHOICES, *((group, f"PPPK {group}") for group in PPPK_GROUPS))
ECHELON_CHOICES = tuple(
    (code, f"{code} {LEVEL_NAMES[each.level]}") for code, each in ECHELON_BY_CODE.items() if each.level
)
EDUCATION = tuple((code, code) for code in promotion.CEILING)


# NIP


def _years(many: int) -> str:
    return counted("%(n)s tahun", many)


def _months(many: int) -> str:
    return counted("%(n)s bulan", many)


def check_nip(values: dict[str, Any], book: Book) -> Answer:
    found = nip.check(values["nip"], today=book.day)
    appointed = None
    if found.appointed is not None:
        appointed = found.appointed.isoformat()[:7]
    elif found.appointed_year is not None:
        appointed = f"{found.appointed_year:04}"
    result = {
        "valid": found.valid,
        "kind": found.kind.value if found.kind else None,
        "errors": list(found.errors),
        "warnings": list(found.warnings),
        "birth_date": found.birth_date.isoformat() if found.birth_date else None,
        "appointed": appointed,
        "sex": SEX[found.sex] if found.sex else None,
        "serial": found.serial,
    }
    if "N1" in found.errors:
        return Answer(result, str(NIP_CODES["N1"]), [_("Setelah spasi dan titik dibuang, isinya bukan 18 digit (N1).")])
    digits = found.number
    steps = [
        _("Digit 1–8 (%(digits)s): tanggal lahir %(day)s.")
        % {"digits": digits[:8], "day": words_of(found.birth_date) if found.birth_date else _("tidak sah")},
        _("Digit 9–14 (%(digits)s): %(meaning)s.") % {"digits": digits[8:14], "meaning": _appointment(found)},
        _("Digit 15 (%(digits)s): %(meaning)s.")
        % {
            "digits": digits[14],
            "meaning": {"M": _("laki-laki"), "F": _("perempuan")}.get(str(result["sex"]), _("tidak sah")),
        },
        _("Digit 16–18 (%(digits)s): nomor urut.") % {"digits": digits[15:]},
        *(str(NIP_CODES[code]) for code in (*found.errors, *found.warnings)),
    ]
    summary = (
        _("NIP %(nip)s dapat benar (%(kind)s). Tidak ada digit pemeriksa, jadi ini bukan bukti bahwa nomor itu terbit.")
        % {"nip": nip.format_nip(digits), "kind": found.kind}
        if found.valid
        else _("NIP tidak sah: %(codes)s.") % {"codes": ", ".join(found.errors)}
    )
    return Answer(result, summary, steps)


def _appointment(found: nip.NipCheck) -> str:
    if found.kind is nip.Kind.PNS and found.appointed is not None:
        return _("TMT CPNS bulan %(month)s tahun %(year)s") % {
            "month": found.appointed.month,
            "year": found.appointed.year,
        }
    if found.kind is nip.Kind.PPPK:
        return _("PPPK, pengangkatan pertama %(year)s, penanda %(marker)s") % {
            "year": found.appointed_year,
            "marker": found.marker,
        }
    return _("tidak sah")


NIP = Calculator(
    code="nip",
    title=gettext_lazy("NIP dan NI PPPK"),
    lead=gettext_lazy("Apa yang tertulis dalam 18 digit NIP, dan apakah nomor itu mungkin benar."),
    inputs=(Field("nip", gettext_lazy("NIP atau NI PPPK"), help=gettext_lazy("18 digit; spasi dan titik diabaikan.")),),
    outputs=(
        Output("valid", gettext_lazy("Dapat benar"), Kind.YES_NO),
        Output("kind", gettext_lazy("Jenis")),
        Output("birth_date", gettext_lazy("Tanggal lahir"), Kind.DATE),
        Output("appointed", gettext_lazy("Pengangkatan")),
        Output(
            "sex",
            gettext_lazy("Jenis kelamin"),
            Kind.CHOICE,
            words={"M": gettext_lazy("laki-laki"), "F": gettext_lazy("perempuan")},
        ),
        Output("serial", gettext_lazy("Nomor urut")),
        Output("errors", gettext_lazy("Kesalahan"), Kind.CHOICE, words=NIP_CODES, rows=True),
        Output("warnings", gettext_lazy("Peringatan"), Kind.CHOICE, words=NIP_CODES, rows=True),
    ),
    laws=(
        Law("Perka BKN 22/2007", "V2"),
        Law("Perka BKN 43/2007", "V2"),
        Law("Peraturan BKN 1/2019", "M"),
        Law(gettext_lazy("Berat kesalahan dan batas umur: pengaturan produk"), "D"),
    ),
    run=check_nip,
    example={"nip": "198609262015051001"},
    icon="person-badge",
)


# Retirement

RETIREMENT_WARNINGS = {
    retirement.WARNING_SIASN_DIFFERS: gettext_lazy(
        "SIASN mencantumkan batas usia pensiun yang lain untuk jabatan ini."
    ),
    retirement.WARNING_NOT_A_TYPICAL_AGE: gettext_lazy("Batas usia pensiun ini tidak lazim."),
}


def retire(values: dict[str, Any], book: Book) -> Answer:
    level, birth_date, title = Level(values["level"]), values["birth_date"], values["job_title"] or ""
    if birth_date > book.day:
        raise Invalid({"birth_date": [_("Tanggal lahir belum terjadi.")]})
    released_on = values["released_on"]
    if released_on is not None and released_on < birth_date:
        raise Invalid({"released_on": [_("Tanggal pelepasan mendahului tanggal lahir.")]})
    in_force = book.in_force()
    if f"{BUP}{level.value}" not in in_force:
        raise Invalid({AS_OF: [_("Buku aturan belum memuat nilai untuk tanggal ini.")]})
    ages = ages_of(in_force)
    found = retirement.retirement(
        birth_date,
        level,
        job_name=title,
        siasn_bup=siasn_age(title, level),
        individual=values["age"],
        released_on=released_on,
        ages=ages,
    )
    if values["age"]:
        book.given("age", _("Batas usia pensiun (BUP)"), found.age, _("tahun"))
        source = _("BUP yang Anda isi")
    elif retirement.special_bup(title, level, ages.special):
        for row in book.history(f"{BUP}special"):
            book.note(row, str(found.age))
        source = _("BUP menurut undang-undang untuk jabatan ini")
    else:
        book.value(f"{BUP}{level.value}")
        source = _("BUP jenjang %(level)s") % {"level": LEVEL_NAMES[level]}
    steps = [
        _("%(source)s: %(age)s tahun.") % {"source": source, "age": found.age},
        _("Usia %(age)s tahun dicapai pada %(day)s.") % {"age": found.age, "day": words_of(found.reaches_on)},
    ]
    ordinary = retirement.retires_on(birth_date, found.age)
    if ordinary == found.retires_on:
        steps.append(_("TMT pensiun adalah tanggal 1 bulan berikutnya: %(day)s.") % {"day": words_of(ordinary)})
    else:
        steps.append(
            _(
                "Pada pelepasan tanggal %(released)s batas itu sudah lewat, sehingga TMT pensiun tanggal 1 bulan"
                " berikutnya: %(day)s [M]."
            )
            % {"released": words_of(released_on), "day": words_of(found.retires_on)}
        )
    steps.append(_("Hari terakhir aktif: %(day)s.") % {"day": words_of(found.last_active_day)})
    steps += [str(RETIREMENT_WARNINGS[code]) for code in found.warnings]
    result = {
        "age": found.age,
        "reaches_on": found.reaches_on.isoformat(),
        "retires_on": found.retires_on.isoformat(),
        "last_active_day": found.last_active_day.isoformat(),
        "warnings": list(found.warnings),
    }
    summary = _("Pensiun terhitung mulai %(day)s (BUP %(age)s tahun).") % {
        "day": words_of(found.retires_on),
        "age": found.age,
    }
    return Answer(result, summary, steps)


def siasn_age(title: str, level: Level) -> int | None:
    """Return the age that SIASN gives a job of this title and level; null for one it does not list. One query."""
    name = " ".join(title.replace("\x00", " ").split())
    if not name:
        return None
    return (
        ReferenceJob.objects.filter(Q(name__iexact=name) | Q(name__iexact=f"{name} {LEVEL_NAMES[level]}"))
        .filter(level=level.value, is_current=True)
        .order_by("pk")
        .values_list("siasn_retirement_age", flat=True)
        .first()
    )


RETIREMENT = Calculator(
    code="retirement",
    title=gettext_lazy("Tanggal pensiun"),
    lead=gettext_lazy("Batas usia pensiun (BUP) menurut jabatan, dan tanggal mulai pensiun."),
    inputs=(
        Field("birth_date", gettext_lazy("Tanggal lahir"), Kind.DATE),
        Field("level", gettext_lazy("Jenjang jabatan"), Kind.CHOICE, choices=LEVELS),
        Field(
            "job_title",
            gettext_lazy("Nama jabatan"),
            required=False,
            longest=200,
            help=gettext_lazy("Beberapa jabatan mempunyai BUP sendiri, misalnya Guru, Dosen, Peneliti."),
        ),
        Field(
            "age",
            gettext_lazy("BUP lain"),
            Kind.WHOLE,
            required=False,
            unit=gettext_lazy("tahun"),
            lowest=18,
            highest=100,
            help=gettext_lazy("Hanya bila BUP perorangan berbeda; mengalahkan BUP jabatan."),
        ),
        Field(
            "released_on",
            gettext_lazy("Dilepas dari jabatan dengan BUP lebih tinggi pada"),
            Kind.DATE,
            required=False,
            help=gettext_lazy("Misalnya pejabat pimpinan tinggi yang menjadi pelaksana setelah umur 58."),
        ),
    ),
    outputs=(
        Output("retires_on", gettext_lazy("TMT pensiun"), Kind.DATE),
        Output("last_active_day", gettext_lazy("Hari terakhir aktif"), Kind.DATE),
        Output("age", gettext_lazy("Batas usia pensiun (BUP)"), Kind.WHOLE, gettext_lazy("tahun")),
        Output("reaches_on", gettext_lazy("BUP dicapai pada"), Kind.DATE),
        Output("warnings", gettext_lazy("Peringatan"), Kind.CHOICE, words=RETIREMENT_WARNINGS, rows=True),
    ),
    laws=(
        Law(gettext_lazy("UU 20/2023 pasal 55"), "V2"),
        Law(gettext_lazy("PP 11/2017 pasal 239"), "V"),
        Law(gettext_lazy("Tanggal 1 bulan berikutnya: kebiasaan administrasi"), "M"),
    ),
    run=retire,
    example={"birth_date": "1967-06-15", "level": "PENGAWAS"},
    parameters=(BUP,),
    icon="hourglass-split",
)


# Rank fit

FITS = {
    "di_bawah_minimum": gettext_lazy("di bawah minimum (dua tingkat atau lebih)"),
    "satu_tingkat_di_bawah": gettext_lazy("satu tingkat di bawah, masih diperbolehkan"),
    "sesuai": pgettext_lazy("kesesuaian pangkat", "sesuai"),
    "di_atas_maksimum": gettext_lazy("di atas maksimum (sebagai informasi)"),
}
ACC_10 = {rank.ACC_10: gettext_lazy("ACC_10: BKN menghitung setiap pejabat pimpinan tinggi di bawah IV/b.")}


def fit(values: dict[str, Any], book: Book) -> Answer:
    echelon, held = ECHELON_BY_CODE[values["echelon"]], RANK_BY_CODE[values["rank"]]
    level = echelon.level or Level.PENGAWAS
    found = rank.rank_fit(level=level, echelon_id=echelon.id, rank_id=held.id)
    lowest, highest = RANK_BY_ID[found.lowest or 0], RANK_BY_ID[found.highest or 0]
    steps = [
        _("Eselon %(echelon)s (%(level)s): pangkat %(lowest)s sampai %(highest)s.")
        % {
            "echelon": echelon.code,
            "level": LEVEL_NAMES[level],
            "lowest": lowest.code,
            "highest": highest.code,
        },
        _("Pangkat %(rank)s urutan %(order)s; terendah urutan %(lowest)s, tertinggi urutan %(highest)s.")
        % {"rank": held.code, "order": held.order, "lowest": lowest.order, "highest": highest.order},
        _("Hasil: %(fit)s.") % {"fit": FITS[found.fit]},
        *(str(ACC_10[code]) for code in found.data_quality),
    ]
    summary = _("Pangkat %(rank)s pada eselon %(echelon)s: %(fit)s.") % {
        "rank": held.code,
        "echelon": echelon.code,
        "fit": FITS[found.fit],
    }
    return Answer({"code": found.fit.value, "warnings": list(found.data_quality)}, summary, steps)


RANK_FIT = Calculator(
    code="rank-fit",
    title=gettext_lazy("Kesesuaian pangkat dengan eselon"),
    lead=gettext_lazy("Apakah pangkat pemangku sesuai dengan jenjang pangkat jabatan manajerial."),
    inputs=(
        Field(
            "echelon",
            gettext_lazy("Eselon"),
            Kind.CHOICE,
            choices=ECHELON_CHOICES,
        ),
        Field("rank", gettext_lazy("Pangkat, golongan ruang"), Kind.CHOICE, choices=RANK_CHOICES),
    ),
    outputs=(
        Output("code", gettext_lazy("Hasil"), Kind.CHOICE, words=FITS),
        Output("warnings", gettext_lazy("Peringatan"), Kind.CHOICE, words=ACC_10, rows=True),
    ),
    laws=(
        Law("PP 100/2000 jo. PP 13/2002", "V2"),
        Law(gettext_lazy("ACC_10: indikator kualitas data BKN"), "V"),
        Law(gettext_lazy("Kode hasil: pengaturan produk"), "D"),
    ),
    run=fit,
    example={"echelon": "II.b", "rank": "IV/a"},
    icon="award",
)


# Rank promotion

KINDS = (
    ("regular", gettext_lazy("reguler")),
    ("structural", gettext_lazy("pilihan struktural")),
    ("functional", gettext_lazy("pilihan jabatan fungsional")),
)


CEILINGS = Law(gettext_lazy("Batas menurut pendidikan: data acuan SIASN"), "V")
LADDER = Law("PP 100/2000 jo. PP 13/2002", "V2")
RANK_LIST = Law(gettext_lazy("Daftar pangkat dan golongan ruang: data acuan SIASN"), "V")


def promote(values: dict[str, Any], book: Book) -> Answer:
    kind, held, since = promotion.Kind(values["kind"]), RANK_BY_CODE[values["rank"]], values["rank_since"]
    echelon = ECHELON_BY_CODE[values["echelon"]] if values["echelon"] and kind is promotion.Kind.STRUCTURAL else None
    if echelon is not None and echelon.lowest is not None:
        below = held.order < RANK_BY_ID[echelon.lowest].order
    else:
        below = bool(values["below_minimum"]) and kind is promotion.Kind.STRUCTURAL
    wanted = "below_minimum" if below else kind.value
    years = {wanted: book.whole(f"promotion.{wanted}_years")}
    rows = book.history("promotion.dates_a_year")
    sets = [promotion.DateSet(row.starts_on, int(row.value)) for row in rows]
    found = promotion.promotion(
        held.id,
        since,
        kind,
        education=values["education"],
        below_minimum=below,
        highest=echelon.highest if echelon else None,
        waiting=promotion.Waiting(**years),
        sets=sets,
    )
    steps: list[str] = []
    laws = (*RANK_PROMOTION.laws, LADDER) if echelon else RANK_PROMOTION.laws
    ceiling = RANK_BY_ID[found.ceiling].code if found.ceiling else ""
    closed = _closed(found.closed, held.code, ceiling, values, book) if found.closed else None
    if closed is not None or found.next_rank is None or found.promotes_on is None or found.due_on is None:
        steps.append(str(closed))
        steps.append(_("Tidak ada kenaikan pangkat jenis ini dari %(rank)s.") % {"rank": held.code})
        return Answer({"next_rank": None, "promotes_on": None, "closed": closed}, str(closed), steps, laws=laws)
    above = RANK_BY_ID[found.next_rank].code
    row = next((row for row in reversed(rows) if row.starts_on <= found.promotes_on), rows[0])
    book.note(row)
    if ceiling:
        steps.append(
            _("Batas kenaikan pangkat reguler untuk %(education)s: %(ceiling)s; %(rank)s masih di dalamnya.")
            % {"education": values["education"], "ceiling": ceiling, "rank": above}
        )
    elif echelon is not None:
        steps.append(
            _("Eselon %(echelon)s: pangkat %(lowest)s sampai %(highest)s; %(rank)s masih di dalamnya.")
            % {
                "echelon": echelon.code,
                "lowest": RANK_BY_ID[echelon.lowest or 0].code,
                "highest": RANK_BY_ID[echelon.highest or 0].code,
                "rank": above,
            }
        )
    elif kind is promotion.Kind.REGULAR:
        steps.append(_("Pendidikan tidak diisi, sehingga batas kenaikan pangkat reguler tidak diperiksa."))
    steps += [
        _("%(rank)s sejak %(since)s ditambah %(years)s: %(due)s.")
        % {"rank": held.code, "since": words_of(since), "years": _years(found.years), "due": words_of(found.due_on)},
        _("Tanggal kenaikan pangkat pertama sejak hari itu (%(n)s kali setahun): %(day)s.")
        % {"n": found.dates_a_year, "day": words_of(found.promotes_on)},
        _("Kinerja, hukuman disiplin dan angka kredit adalah syarat tersendiri."),
    ]
    summary = _("Paling cepat naik ke %(rank)s pada %(day)s.") % {"rank": above, "day": words_of(found.promotes_on)}
    result = {"next_rank": above, "promotes_on": found.promotes_on.isoformat(), "closed": None}
    return Answer(result, summary, steps, laws=laws)


def _closed(why: promotion.Closed, held: str, ceiling: str, values: dict[str, Any], book: Book) -> str:
    """Return why there is no promotion, and note the one value that decided it."""
    book.used.clear()
    if why is promotion.Closed.HIGHEST_RANK:
        book.fixed("rank.highest", _("Pangkat tertinggi"), held, RANK_LIST)
        return _("Pangkat %(rank)s adalah pangkat tertinggi.") % {"rank": held}
    if why is promotion.Closed.CEILING:
        book.fixed("promotion.ceiling", _("Batas kenaikan pangkat reguler"), ceiling, CEILINGS)
        return _("Kenaikan pangkat reguler untuk pendidikan %(education)s sampai %(ceiling)s.") % {
            "education": values["education"],
            "ceiling": ceiling,
        }
    book.fixed("promotion.echelon", _("Pangkat tertinggi eselon"), ceiling, LADDER)
    return _("Kenaikan pangkat pilihan struktural pada eselon %(echelon)s sampai %(ceiling)s.") % {
        "echelon": values["echelon"],
        "ceiling": ceiling,
    }


RANK_PROMOTION = Calculator(
    code="rank-promotion",
    title=gettext_lazy("Kenaikan pangkat berikutnya"),
    lead=gettext_lazy("Pangkat berikutnya dan tanggal paling cepat menurut periode kenaikan pangkat yang berlaku."),
    inputs=(
        Field("rank", gettext_lazy("Pangkat sekarang"), Kind.CHOICE, choices=RANK_CHOICES),
        Field("rank_since", gettext_lazy("TMT pangkat"), Kind.DATE),
        Field("kind", gettext_lazy("Jenis kenaikan pangkat"), Kind.CHOICE, choices=KINDS),
        Field(
            "education",
            gettext_lazy("Pendidikan"),
            Kind.CHOICE,
            required=False,
            choices=EDUCATION,
            help=gettext_lazy("Untuk batas kenaikan pangkat reguler."),
        ),
        Field(
            "echelon",
            gettext_lazy("Eselon jabatan"),
            Kind.CHOICE,
            required=False,
            choices=ECHELON_CHOICES,
            help=gettext_lazy("Untuk pilihan struktural: kenaikan pangkat dalam jenjang pangkat eselon."),
        ),
        Field(
            "below_minimum",
            gettext_lazy("Pangkat masih di bawah pangkat terendah jabatan (pilihan struktural)"),
            Kind.YES_NO,
            required=False,
            help=gettext_lazy("Bila eselon tidak diisi."),
        ),
    ),
    outputs=(
        Output("next_rank", gettext_lazy("Pangkat berikutnya")),
        Output("promotes_on", gettext_lazy("Paling cepat pada"), Kind.DATE),
        Output("closed", gettext_lazy("Tertutup karena")),
    ),
    laws=(
        Law("Peraturan BKN 4/2023", "V2"),
        Law("Peraturan BKN 4/2025", "V2"),
        Law("Peraturan BKN 2/2025", "V2"),
        Law(gettext_lazy("Bulan pada enam periode setahun"), "M"),
        CEILINGS,
    ),
    run=promote,
    example={"rank": "III/b", "rank_since": "2021-04-01", "kind": "regular", "education": "S1"},
    parameters=("promotion.",),
    icon="arrow-up",
)


# Service in scale


def service(values: dict[str, Any], book: Book) -> Answer:
    before, after = RANK_BY_CODE[values["from_rank"]], RANK_BY_CODE[values["to_rank"]]
    if after.order < before.order:
        raise Invalid({"to_rank": [_("Pangkat baru tidak boleh lebih rendah dari pangkat lama.")]})
    groups = [group for group in (2, 3) if before.id // 10 < group <= after.id // 10]
    deductions = {group: book.whole(f"scale.deduction_{group}") for group in groups}
    found = promotion.service_in_scale(
        before.code, after.code, values["years"], values["months"], deductions=deductions
    )
    became = years_and_months(found.years * 12 + found.months)
    steps = [
        _("Masa kerja golongan lama: %(time)s.") % {"time": years_and_months(values["years"] * 12 + values["months"])},
        _("Pengurang dari %(before)s ke %(after)s: %(years)s.")
        % {"before": before.code, "after": after.code, "years": _years(found.deducted_years)},
        _("Masa kerja golongan baru: %(time)s (tidak kurang dari 0).") % {"time": became},
    ]
    summary = _("Masa kerja golongan menjadi %(time)s.") % {"time": became}
    return Answer({"years": found.years, "months": found.months}, summary, steps)


SERVICE_IN_SCALE = Calculator(
    code="service-in-scale",
    title=gettext_lazy("Masa kerja golongan (MKG)"),
    lead=gettext_lazy("Masa kerja golongan setelah naik pangkat ke golongan yang lebih tinggi."),
    inputs=(
        Field("from_rank", gettext_lazy("Pangkat lama"), Kind.CHOICE, choices=RANK_CHOICES),
        Field("to_rank", gettext_lazy("Pangkat baru"), Kind.CHOICE, choices=RANK_CHOICES),
        Field(
            "years", gettext_lazy("Masa kerja golongan"), Kind.WHOLE, unit=gettext_lazy("tahun"), lowest=0, highest=60
        ),
        Field("months", gettext_lazy("Lebih bulan"), Kind.WHOLE, unit=gettext_lazy("bulan"), lowest=0, highest=11),
    ),
    outputs=(
        Output("years", gettext_lazy("Tahun"), Kind.WHOLE),
        Output("months", gettext_lazy("Bulan"), Kind.WHOLE),
    ),
    laws=(Law(gettext_lazy("Tata cara masa kerja golongan BKN"), "V2"),),
    run=service,
    example={"from_rank": "II/d", "to_rank": "III/a", "years": 15, "months": 7},
    parameters=("scale.",),
    icon="clock-history",
)


# Salary

TABLES = {salary.Scheme.PNS: "PP 5/2024", salary.Scheme.PPPK: "Perpres 11/2024"}
# The table first, then the share of a CPNS.
SALARY_LAWS = {
    salary.Scheme.PNS: (Law("PP 7/1977 jo. PP 5/2024", "V2"), Law(gettext_lazy("PP 7/1977 pasal 5"), "V")),
    salary.Scheme.PPPK: (Law("Perpres 98/2020 jo. Perpres 11/2024", "V2"),),
}
INCREMENT_LAWS = {
    salary.Scheme.PNS: (Law(gettext_lazy("PP 7/1977 pasal 11-13"), "V"), Law("PP 5/2024", "V2")),
    salary.Scheme.PPPK: (
        Law("Perpres 11/2024", "V2"),
        Law(gettext_lazy("Kenaikan gaji berkala PPPK menurut masa kerja golongan"), "M"),
    ),
}


def pay(values: dict[str, Any], book: Book) -> Answer:
    scheme, grade, years = salary.Scheme(values["scheme"]), values["grade"], values["years"]
    if grade not in salary.SALARIES[scheme]:
        raise Invalid({"grade": [_("Golongan ini tidak ada pada tabel %(scheme)s.") % {"scheme": scheme}]})
    if book.day < salary.TABLES_FROM:
        raise Invalid(
            {AS_OF: [_("Tabel gaji yang tersedia berlaku sejak %(day)s.") % {"day": words_of(salary.TABLES_FROM)}]}
        )
    cpns = bool(values["cpns"])
    if cpns and scheme is not salary.Scheme.PNS:
        raise Invalid({"cpns": [_("Hanya untuk PNS.")]})
    share = book.decimal("salary.cpns_share") if cpns else Decimal(1)
    found = salary.salary(scheme, grade, years, share=share)
    cells = salary.SALARIES[scheme][grade]
    table = TABLES[scheme]
    book.fixed("salary.table", _("Tabel gaji"), table, SALARY_LAWS[scheme][0])
    steps = [
        _("Tabel %(table)s, golongan %(grade)s: langkah %(first)s sampai %(last)s tahun.")
        % {"table": table, "grade": grade, "first": cells[0][0], "last": cells[-1][0]},
        _("Masa kerja %(years)s: langkah %(step)s, %(amount)s.")
        % {"years": _years(years), "step": _years(found.step), "amount": rupiah(found.table_amount)},
    ]
    if cpns:
        steps.append(
            _("CPNS menerima %(share)s × %(table)s = %(amount)s.")
            % {"share": number(share), "table": rupiah(found.table_amount), "amount": rupiah(found.amount)}
        )
    summary = _("Gaji pokok %(amount)s sebulan.") % {"amount": rupiah(found.amount)}
    laws = SALARY_LAWS[scheme] if scheme is salary.Scheme.PPPK or cpns else SALARY_LAWS[scheme][:1]
    return Answer({"amount": found.amount, "step": found.step}, summary, steps, laws=laws)


SALARY = Calculator(
    code="salary",
    title=gettext_lazy("Gaji pokok"),
    lead=gettext_lazy("Gaji pokok PNS, CPNS dan PPPK menurut golongan dan masa kerja."),
    inputs=(
        Field("scheme", gettext_lazy("Tabel"), Kind.CHOICE, choices=(("PNS", "PNS"), ("PPPK", "PPPK"))),
        Field("grade", gettext_lazy("Golongan"), Kind.CHOICE, choices=GRADE_CHOICES),
        Field(
            "years", gettext_lazy("Masa kerja golongan"), Kind.WHOLE, unit=gettext_lazy("tahun"), lowest=0, highest=60
        ),
        Field("cpns", gettext_lazy("Masih CPNS"), Kind.YES_NO, required=False),
    ),
    outputs=(
        Output("amount", gettext_lazy("Gaji pokok sebulan"), "money"),
        Output("step", gettext_lazy("Langkah tabel"), Kind.WHOLE, gettext_lazy("tahun")),
    ),
    laws=(*SALARY_LAWS[salary.Scheme.PNS], *SALARY_LAWS[salary.Scheme.PPPK]),
    run=pay,
    example={"scheme": "PNS", "grade": "III/a", "years": 0, "cpns": True},
    parameters=("salary.",),
    icon="table",
)


# Periodic increment


def increase(values: dict[str, Any], book: Book) -> Answer:
    reference = values["reference_date"]
    if reference.day != 1:
        # Promotions and increments count from the 1st of a month (2.6), so no other day is the last one's.
        raise Invalid(
            {
                "reference_date": [
                    _("Tanggal acuan adalah tanggal 1 suatu bulan, bukan %(day)s.") % {"day": words_of(reference)}
                ]
            }
        )
    return increase_from(values, book)


def increase_from(values: dict[str, Any], book: Book) -> Answer:
    """As `increase`, of any day: what the register holds is told as it stands."""
    grade, months, reference = values["grade"], values["service_months"], values["reference_date"]
    letter = book.whole("salary.letter_months")
    found = salary.increment(grade, months, reference, letter_months=letter)
    scheme = salary.scheme_of(grade)
    laws = INCREMENT_LAWS[scheme]
    if found is None:
        book.used.clear()
        last = salary.steps_of(grade)[-1]
        book.fixed("salary.last_step", _("Langkah terakhir"), last, SALARY_LAWS[scheme][0], _("tahun"))
        steps = [
            _("Langkah terakhir golongan %(grade)s adalah %(last)s; %(months)s sudah mencapainya.")
            % {"grade": grade, "last": _years(last), "months": _months(months)}
        ]
        result = {"next_on": None, "letter_on": None, "step": None, "status": salary.MAXIMUM}
        words = _("Masa kerja golongan sudah maksimum: tidak ada kenaikan gaji berkala lagi.")
        return Answer(result, words, steps, laws=laws)
    steps = [
        _("Langkah berikutnya golongan %(grade)s: %(step)s = %(target)s.")
        % {"grade": grade, "step": _years(found.step), "target": _months(found.step * 12)},
        _("%(target)s − %(months)s = %(left)s setelah %(reference)s: %(day)s.")
        % {
            "target": found.step * 12,
            "months": months,
            "left": _months(found.months_to_go),
            "reference": words_of(reference),
            "day": words_of(found.next_on),
        },
        counted("Surat %(n)s bulan sebelumnya: %(day)s.", letter, day=words_of(found.letter_on)),
        _("Kinerja yang tidak memenuhi syarat menunda paling lama satu tahun setiap kali."),
    ]
    result = {
        "next_on": found.next_on.isoformat(),
        "letter_on": found.letter_on.isoformat(),
        "step": found.step,
        "status": None,
    }
    summary = _("Kenaikan gaji berkala berikutnya %(day)s (langkah %(step)s).") % {
        "day": words_of(found.next_on),
        "step": _years(found.step),
    }
    return Answer(result, summary, steps, laws=laws)


SALARY_INCREMENT = Calculator(
    code="salary-increment",
    title=gettext_lazy("Kenaikan gaji berkala (KGB)"),
    lead=gettext_lazy("Kapan gaji berkala berikutnya berlaku dan kapan suratnya dibuat."),
    inputs=(
        Field("grade", gettext_lazy("Golongan"), Kind.CHOICE, choices=GRADE_CHOICES),
        Field(
            "service_months",
            gettext_lazy("Masa kerja golongan"),
            Kind.WHOLE,
            unit=gettext_lazy("bulan"),
            lowest=0,
            highest=720,
        ),
        Field(
            "reference_date",
            gettext_lazy("Tanggal acuan"),
            Kind.DATE,
            help=gettext_lazy("TMT kenaikan pangkat atau gaji berkala terakhir, ketika masa kerja itu dihitung."),
        ),
    ),
    outputs=(
        Output("next_on", gettext_lazy("Berlaku mulai"), Kind.DATE),
        Output("letter_on", gettext_lazy("Tanggal surat"), Kind.DATE),
        Output("step", gettext_lazy("Langkah tabel"), Kind.WHOLE, gettext_lazy("tahun")),
        Output(
            "status", gettext_lazy("Status"), Kind.CHOICE, words={salary.MAXIMUM: gettext_lazy("mencapai MKG maksimum")}
        ),
    ),
    laws=(*INCREMENT_LAWS[salary.Scheme.PNS], *INCREMENT_LAWS[salary.Scheme.PPPK]),
    run=increase,
    example={"grade": "III/b", "service_months": 54, "reference_date": "2025-04-01"},
    parameters=("salary.letter_months",),
    icon="calendar3",
)
