"""Calculators of need, effectiveness, position map, projection, job class and job-person match."""

from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.calculators import Answer, Book, Calculator, Field, Invalid, Kind, Law, Output
from asnhr.formats import counted, number
from positions.rules import effectiveness, job_class, job_match, position_map, projection, workload, workload_health
from positions.rules.numbers import exact_product, quotient, round_half_up
from positions.rules.workload import Per, Rounding

GRADES = {
    "A": gettext_lazy("A (Sangat Baik): beban lebih, tambah pegawai atau kurangi beban"),
    "B": gettext_lazy("B (Baik): sesuai"),
    "C": gettext_lazy("C (Cukup): sedikit kurang beban"),
    "D": gettext_lazy("D (Sedang): kurang beban"),
    "E": gettext_lazy("E (Kurang): kelebihan pegawai"),
}
MERGE = {workload.WARNING_MERGE: gettext_lazy("Kebutuhan kurang dari 0,5: gabungkan dengan jabatan lain.")}
EMPTY = {effectiveness.EMPTY: gettext_lazy("kosong (tidak ada pemangku)")}
ROUNDINGS = (("half_up", gettext_lazy("setengah ke atas")), ("ceil", gettext_lazy("selalu ke atas")))
PERIODS: dict[str, tuple[Per, Any]] = {
    "year": (Per.TAHUNAN, gettext_lazy("tahun")),
    "semester": (Per.SEMESTER, gettext_lazy("semester")),
    "quarter": (Per.TRIWULAN, gettext_lazy("triwulan")),
    "month": (Per.BULANAN, gettext_lazy("bulan")),
    "week": (Per.MINGGUAN, gettext_lazy("minggu")),
    "day": (Per.HARIAN, gettext_lazy("hari")),
}
MOST = 10**9
YEAR_MINUTES = Field(
    "minutes_per_year",
    gettext_lazy("Waktu kerja efektif"),
    Kind.WHOLE,
    required=False,
    unit=gettext_lazy("menit setahun"),
    lowest=1,
    highest=525_600,
    help=gettext_lazy("Kosongkan untuk nilai buku aturan (75.000 menit)."),
)

ROUNDING = Field(
    "rounding",
    gettext_lazy("Pembulatan"),
    Kind.CHOICE,
    required=False,
    choices=ROUNDINGS,
    help=gettext_lazy("Kosongkan untuk nilai buku aturan."),
)


def plain(value: Decimal | int) -> str:
    """Return an exact number as text without zeros at its end: "21600", "7.5"."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def four(value: Decimal) -> str:
    """Return a number with four decimals, half up, as text."""
    return f"{round_half_up(value, 4):f}"


def shown(value: Decimal) -> str:
    return number(value, 4)


def _people(many: int) -> str:
    return counted("%(n)s orang", many)


def _minutes(many: Decimal | int) -> str:
    """Return "80 menit"; a fraction has the plural of languages that have one."""
    whole = int(many) if many == int(many) else 0
    return counted("%(n)s menit", whole) if many == whole else _("%(minutes)s menit") % {"minutes": number(many)}


def minutes_a_year(values: dict[str, Any], book: Book, code: str, name: str) -> int:
    """Return the effective minutes a year: the person's own, else the rulebook's."""
    own: int | None = values[name]
    if own is None:
        return book.whole(code)
    book.given(code, _("Waktu kerja efektif"), own, _("menit setahun"))
    return own


# Workload


def rounding_of(values: dict[str, Any], book: Book) -> Rounding:
    """Return the rounding of needs: the one given, else the rulebook's."""
    if values["rounding"] is None:
        return Rounding(str(book.value("abk.rounding")))
    rounding = Rounding(values["rounding"])
    book.given("abk.rounding", _("Pembulatan kebutuhan ABK"), rounding.value)
    return rounding


def work(values: dict[str, Any], book: Book) -> Answer:
    year = minutes_a_year(values, book, "abk.minutes_per_year", "minutes_per_year")
    rounding = rounding_of(values, book)
    tasks = [workload.TaskLoad(row["volume"], PERIODS[row["per"]][0], row["minutes"]) for row in values["tasks"]]
    found = workload.workload(tasks, minutes_a_year=year, rounding=rounding)
    managerial, holders = bool(values["managerial"]), values["holders"]
    staff = 1 if managerial else found.staff
    ej = None if holders is None else effectiveness.position_effectiveness(found.load, holders, minutes_a_year=year)
    steps = [
        _("Tugas %(n)s: %(volume)s × %(factor)s × %(minutes)s = %(load)s setahun.")
        % {
            "n": n,
            "volume": number(task.volume),
            "factor": workload.FACTOR[task.per],
            "minutes": _minutes(task.minutes),
            "load": _minutes(result.load),
        }
        for n, (task, result) in enumerate(zip(tasks, found.tasks, strict=True), start=1)
    ]
    steps.append(_("Jumlah beban: %(load)s setahun.") % {"load": _minutes(found.load)})
    steps.append(
        _("Kebutuhan: %(load)s ÷ %(year)s menit = %(need)s orang.")
        % {"load": number(found.load), "year": number(year), "need": shown(found.need)}
    )
    if managerial:
        steps.append(_("Jabatan manajerial selalu 1 orang, berapa pun bebannya [M]."))
    else:
        way = str(dict(ROUNDINGS)[rounding.value])
        steps.append(_("Dibulatkan %(way)s: %(staff)s.") % {"way": way, "staff": _people(staff)})
    if ej is not None and ej.value is not None:
        steps.append(
            _("EJ: %(load)s ÷ (%(holders)s × %(year)s) = %(value)s, nilai %(grade)s.")
            % {
                "load": number(found.load),
                "holders": holders,
                "year": number(year),
                "value": shown(ej.value),
                "grade": ej.grade,
            }
        )
    elif ej is not None:
        steps.append(_("EJ tidak dihitung karena tidak ada pemangku."))
    result = {
        "task_minutes": [plain(task.load) for task in found.tasks],
        "total_minutes": plain(found.load),
        "need": four(found.need),
        "staff": staff,
        "effectiveness": four(ej.value) if ej is not None and ej.value is not None else None,
        "grade": ej.grade.value if ej is not None and ej.grade is not None else None,
        "status": ej.status if ej is not None and ej.status else None,
        "warnings": [] if managerial else list(found.warnings),
    }
    summary = _("Jabatan ini memerlukan %(staff)s (kebutuhan %(need)s sebelum dibulatkan).") % {
        "staff": _people(staff),
        "need": shown(found.need),
    }
    return Answer(result, summary, steps)


WORKLOAD = Calculator(
    code="workload",
    title=gettext_lazy("Beban kerja (ABK)"),
    lead=gettext_lazy(
        "Berapa orang yang dibutuhkan suatu jabatan menurut beban tugasnya, dan seberapa efektif yang ada."
    ),
    inputs=(
        Field(
            "tasks",
            gettext_lazy("Uraian tugas"),
            Kind.ROWS,
            most=500,
            columns=(
                Field("volume", gettext_lazy("Volume"), Kind.DECIMAL, above=0, highest=MOST),
                Field(
                    "per",
                    gettext_lazy("Setiap"),
                    Kind.CHOICE,
                    choices=tuple((code, label) for code, (_per, label) in PERIODS.items()),
                ),
                Field(
                    "minutes",
                    gettext_lazy("Norma waktu"),
                    Kind.DECIMAL,
                    above=0,
                    highest=MOST,
                    unit=gettext_lazy("menit"),
                ),
            ),
        ),
        YEAR_MINUTES,
        ROUNDING,
        Field("managerial", gettext_lazy("Jabatan manajerial (selalu 1 orang)"), Kind.YES_NO, required=False),
        Field(
            "holders",
            gettext_lazy("Pemangku saat ini"),
            Kind.WHOLE,
            required=False,
            unit=gettext_lazy("orang"),
            lowest=0,
            highest=1_000_000,
        ),
    ),
    outputs=(
        Output("staff", gettext_lazy("Pegawai yang dibutuhkan"), Kind.WHOLE, gettext_lazy("orang")),
        Output("need", gettext_lazy("Kebutuhan (belum dibulatkan)"), Kind.DECIMAL, gettext_lazy("orang")),
        Output("total_minutes", gettext_lazy("Jumlah beban"), Kind.DECIMAL, gettext_lazy("menit setahun")),
        Output("effectiveness", gettext_lazy("Efektivitas jabatan (EJ)"), Kind.DECIMAL),
        Output("grade", gettext_lazy("Prestasi kerja"), Kind.CHOICE, words=GRADES),
        Output("status", gettext_lazy("Status"), Kind.CHOICE, words=EMPTY),
        Output("warnings", gettext_lazy("Peringatan"), Kind.CHOICE, words=MERGE, rows=True),
        Output("task_minutes", gettext_lazy("Beban tugas"), Kind.DECIMAL, gettext_lazy("menit setahun"), rows=True),
    ),
    laws=(
        Law("PermenPANRB 1/2020", "V"),
        Law("Peraturan BKN 9/2022", "V"),
        Law(gettext_lazy("Faktor semester dan triwulan: pengaturan produk"), "D"),
        Law(gettext_lazy("Permendagri 12/2008: efektivitas jabatan"), "V2"),
    ),
    run=work,
    example={
        "tasks": [
            {"volume": 240, "per": "year", "minutes": 90},
            {"volume": 1200, "per": "year", "minutes": 30},
            {"volume": 12, "per": "year", "minutes": 600},
            {"volume": 50, "per": "year", "minutes": 300},
        ],
    },
    parameters=("abk.minutes_per_year", "abk.rounding"),
    icon="clock",
)


# Health workers


def work_health(values: dict[str, Any], book: Book) -> Answer:
    year = minutes_a_year(values, book, "abk.minutes_per_year_health", "working_minutes")
    support = sum(values["support_minutes"], Decimal(0))
    if support >= year:
        raise Invalid(
            {"support_minutes": [_("Waktu penunjang menghabiskan seluruh waktu kerja (FTP 100 % atau lebih).")]}
        )
    tasks = [workload_health.MainTask(row["output"], row["minutes"]) for row in values["tasks"]]
    found = workload_health.health_workload(tasks, values["support_minutes"], minutes_a_year=year)
    steps = [
        _("SBK tugas %(n)s: %(year)s ÷ %(minutes)s = %(standard)s hasil; %(output)s ÷ SBK = %(part)s orang.")
        % {
            "n": n,
            "year": number(year),
            "minutes": _minutes(task.minutes),
            "standard": shown(standard),
            "output": number(task.volume),
            "part": shown(quotient(exact_product(task.volume, task.minutes), year)),
        }
        for n, (task, standard) in enumerate(zip(tasks, found.standards, strict=True), start=1)
    ]
    steps += [
        _("JKT (tugas pokok): %(value)s orang.") % {"value": shown(found.main_staff)},
        _("FTP: %(support)s ÷ %(year)s × 100 = %(value)s %%.")
        % {"support": number(support), "year": number(year), "value": shown(found.support_percent)},
        _("STP: 1 ÷ (1 − FTP ÷ 100) = %(value)s.") % {"value": shown(found.support_factor)},
        _("Kebutuhan: %(main)s × %(factor)s = %(need)s, dibulatkan setengah ke atas: %(staff)s.")
        % {
            "main": shown(found.main_staff),
            "factor": shown(found.support_factor),
            "need": shown(found.need),
            "staff": _people(found.staff),
        },
    ]
    result = {
        "standards": [four(each) for each in found.standards],
        "main_staff": four(found.main_staff),
        "support_percent": four(found.support_percent),
        "support_factor": four(found.support_factor),
        "need": four(found.need),
        "staff": found.staff,
    }
    summary = counted(
        "Dibutuhkan %(n)s tenaga kesehatan (kebutuhan %(need)s sebelum dibulatkan).",
        found.staff,
        need=shown(found.need),
    )
    return Answer(result, summary, steps)


WORKLOAD_HEALTH = Calculator(
    code="workload-health",
    title=gettext_lazy("Tenaga kesehatan (ABK-Kes)"),
    lead=gettext_lazy("Kebutuhan tenaga kesehatan menurut standar beban kerja dan waktu penunjang."),
    inputs=(
        Field(
            "tasks",
            gettext_lazy("Tugas pokok"),
            Kind.ROWS,
            most=500,
            columns=(
                Field("output", gettext_lazy("Capaian setahun"), Kind.DECIMAL, above=0, highest=MOST),
                Field(
                    "minutes",
                    gettext_lazy("Norma waktu"),
                    Kind.DECIMAL,
                    above=0,
                    highest=MOST,
                    unit=gettext_lazy("menit"),
                ),
            ),
        ),
        Field(
            "support_minutes",
            gettext_lazy("Waktu penunjang"),
            Kind.LIST,
            least=0,
            most=100,
            unit=gettext_lazy("menit setahun"),
            item=Field("minutes", gettext_lazy("Menit setahun"), Kind.DECIMAL, lowest=0, highest=MOST),
        ),
        Field(
            "working_minutes",
            gettext_lazy("Waktu kerja tersedia (WKT)"),
            Kind.WHOLE,
            required=False,
            unit=gettext_lazy("menit setahun"),
            lowest=1,
            highest=525_600,
            help=gettext_lazy("Kosongkan untuk nilai buku aturan (72.000 menit)."),
        ),
    ),
    outputs=(
        Output("staff", gettext_lazy("Tenaga yang dibutuhkan"), Kind.WHOLE, gettext_lazy("orang")),
        Output("need", gettext_lazy("Kebutuhan (belum dibulatkan)"), Kind.DECIMAL, gettext_lazy("orang")),
        Output("main_staff", gettext_lazy("Tenaga untuk tugas pokok (JKT)"), Kind.DECIMAL, gettext_lazy("orang")),
        Output("support_percent", gettext_lazy("Faktor tugas penunjang (FTP)"), Kind.DECIMAL, gettext_lazy("persen")),
        Output("support_factor", gettext_lazy("Standar tugas penunjang (STP)"), Kind.DECIMAL),
        Output(
            "standards",
            gettext_lazy("Standar beban kerja (SBK)"),
            Kind.DECIMAL,
            gettext_lazy("hasil setahun"),
            rows=True,
        ),
    ),
    laws=(Law(gettext_lazy("Permenkes 33/2015 (ABK-Kes)"), "V2"),),
    run=work_health,
    example={
        "tasks": [{"output": 12000, "minutes": 5}, {"output": 3000, "minutes": 12}],
        "support_minutes": [1200, 1800],
    },
    parameters=("abk.minutes_per_year_health",),
    icon="person-plus",
)


# Effectiveness of a unit


def unit_effectiveness(values: dict[str, Any], book: Book) -> Answer:
    year = minutes_a_year(values, book, "abk.minutes_per_year", "minutes_per_year")
    rounding = Rounding(str(book.value("abk.rounding")))
    posts = [(row["minutes"], row["holders"]) for row in values["posts"]]
    found = effectiveness.unit_effectiveness(posts, minutes_a_year=year)
    staff = [workload.staff(quotient(minutes, year), rounding) for minutes, _holders in posts]
    load, holders = sum((minutes for minutes, _n in posts), Decimal(0)), sum(people for _m, people in posts)
    steps = [
        _("Jabatan %(n)s: %(load)s ÷ %(year)s = %(need)s, dibulatkan %(staff)s; pemangku %(holders)s.")
        % {
            "n": n,
            "load": number(minutes),
            "year": number(year),
            "need": shown(quotient(minutes, year)),
            "staff": _people(whole),
            "holders": people,
        }
        for n, ((minutes, people), whole) in enumerate(zip(posts, staff, strict=True), start=1)
    ]
    if found.value is None:
        steps.append(_("EU tidak dihitung karena tidak ada pemangku."))
        summary = _("Unit ini tidak memiliki pemangku, sehingga efektivitasnya tidak dapat dihitung.")
    else:
        steps.append(
            _("EU: %(load)s ÷ (%(holders)s × %(year)s) = %(value)s, nilai %(grade)s.")
            % {
                "load": number(load),
                "holders": number(holders),
                "year": number(year),
                "value": shown(found.value),
                "grade": found.grade,
            }
        )
        summary = _("Efektivitas unit %(value)s, nilai %(grade)s.") % {
            "value": shown(found.value),
            "grade": GRADES[str(found.grade)],
        }
    result = {
        "effectiveness": four(found.value) if found.value is not None else None,
        "grade": found.grade.value if found.grade is not None else None,
        "staff": staff,
    }
    return Answer(result, summary, steps)


UNIT_EFFECTIVENESS = Calculator(
    code="unit-effectiveness",
    title=gettext_lazy("Efektivitas unit (EU)"),
    lead=gettext_lazy("Beban seluruh jabatan dalam unit dibandingkan dengan waktu kerja seluruh pemangkunya."),
    inputs=(
        Field(
            "posts",
            gettext_lazy("Jabatan dalam unit"),
            Kind.ROWS,
            most=500,
            columns=(
                Field(
                    "minutes",
                    gettext_lazy("Beban setahun"),
                    Kind.DECIMAL,
                    lowest=0,
                    highest=10**12,
                    unit=gettext_lazy("menit"),
                ),
                Field(
                    "holders",
                    gettext_lazy("Pemangku"),
                    Kind.WHOLE,
                    lowest=0,
                    highest=1_000_000,
                    unit=gettext_lazy("orang"),
                ),
            ),
        ),
        YEAR_MINUTES,
    ),
    outputs=(
        Output("effectiveness", gettext_lazy("Efektivitas unit (EU)"), Kind.DECIMAL),
        Output("grade", gettext_lazy("Prestasi kerja"), Kind.CHOICE, words=GRADES),
        Output("staff", gettext_lazy("Kebutuhan jabatan"), Kind.WHOLE, gettext_lazy("orang"), rows=True),
    ),
    laws=(Law(gettext_lazy("Permendagri 12/2008: efektivitas jabatan dan unit"), "V2"),),
    run=unit_effectiveness,
    example={
        "posts": [
            {"minutes": 79800, "holders": 1},
            {"minutes": 187500, "holders": 3},
            {"minutes": 60000, "holders": 1},
            {"minutes": 150000, "holders": 2},
        ],
    },
    parameters=("abk.minutes_per_year", "abk.rounding"),
    icon="bar-chart",
)


# Position map


def map_of_positions(values: dict[str, Any], book: Book) -> Answer:
    posts = [(row["need"], row["holders"]) for row in values["posts"]]
    differences = [position_map.difference(need, holders) for need, holders in posts]
    totals = position_map.totals(posts)
    steps = [
        _("Jabatan %(n)s: B %(holders)s − K %(need)s = %(difference)s.")
        % {"n": n, "holders": number(holders), "need": number(need), "difference": number(difference)}
        for n, ((need, holders), difference) in enumerate(zip(posts, differences, strict=True), start=1)
    ]
    steps.append(
        _("Kekurangan dijumlahkan sendiri: %(shortage)s; kelebihan sendiri: %(surplus)s. Keduanya tidak dikurangkan.")
        % {"shortage": number(totals.shortage), "surplus": number(totals.surplus)}
    )
    summary = _("Kekurangan %(shortage)s dan kelebihan %(surplus)s.") % {
        "shortage": _people(totals.shortage),
        "surplus": _people(totals.surplus),
    }
    result = {"differences": differences, "shortage": totals.shortage, "surplus": totals.surplus}
    return Answer(result, summary, steps)


POSITION_MAP = Calculator(
    code="position-map",
    title=gettext_lazy("Peta jabatan: kekurangan dan kelebihan"),
    lead=gettext_lazy(
        "Selisih bezetting dan kebutuhan setiap jabatan; kekurangan dan kelebihan tidak saling meniadakan."
    ),
    inputs=(
        Field(
            "posts",
            gettext_lazy("Jabatan"),
            Kind.ROWS,
            most=1000,
            columns=(
                Field(
                    "need",
                    gettext_lazy("Kebutuhan (K)"),
                    Kind.WHOLE,
                    lowest=0,
                    highest=1_000_000,
                    unit=gettext_lazy("orang"),
                ),
                Field(
                    "holders",
                    gettext_lazy("Bezetting (B)"),
                    Kind.WHOLE,
                    lowest=0,
                    highest=1_000_000,
                    unit=gettext_lazy("orang"),
                ),
            ),
        ),
    ),
    outputs=(
        Output("shortage", gettext_lazy("Jumlah kekurangan"), Kind.WHOLE, gettext_lazy("orang")),
        Output("surplus", gettext_lazy("Jumlah kelebihan"), Kind.WHOLE, gettext_lazy("orang")),
        Output("differences", gettext_lazy("Selisih (B − K)"), Kind.WHOLE, gettext_lazy("orang"), rows=True),
    ),
    laws=(
        Law("PermenPANRB 1/2020", "V2"),
        Law(gettext_lazy("Siapa yang dihitung dalam bezetting: pengaturan produk"), "D"),
    ),
    run=map_of_positions,
    example={
        "posts": [
            {"need": 1, "holders": 1},
            {"need": 2, "holders": 3},
            {"need": 4, "holders": 1},
            {"need": 3, "holders": 2},
        ],
    },
    icon="diagram-3",
)


# Projection


def project(values: dict[str, Any], book: Book) -> Answer:
    growth = values["growth"]
    if growth is None:
        growth = book.decimal("needs.growth_default")
    else:
        book.given("needs.growth_default", _("Pertumbuhan beban setahun"), plain(growth))
    flows = {name: values[name] for name in ("retiring", "leaving", "joining")}
    rounding = rounding_of(values, book)
    way = str(dict(ROUNDINGS)[rounding.value])
    found = projection.project(values["need"], values["holders"], growth=growth, rounding=rounding, **flows)
    steps = [_year(year, values, growth, way, found) for year in range(projection.YEARS)]
    beyond = next((year for year in range(projection.YEARS) if found.holders[year] < 0), None)
    if beyond is not None:
        # The formula does not hold B at 0 (rules/projection.py); what it makes of such flows is no plan.
        steps.append(
            _(
                "Mulai tahun %(n)s lebih banyak orang keluar daripada yang ada (B di bawah 0): periksa pensiun, keluar,"
                " dan masuk."
            )
            % {"n": beyond + 1}
        )
    result = {
        "need": list(found.need),
        "holders": list(found.holders),
        "shortage": list(found.shortage),
        "surplus": list(found.surplus),
    }
    summary = _("Pada akhir tahun kelima kekurangan %(shortage)s dan kelebihan %(surplus)s.") % {
        "shortage": _people(found.shortage[-1]),
        "surplus": _people(found.surplus[-1]),
    }
    if beyond is not None:
        summary = f"{summary} {steps[-1]}"
    return Answer(result, summary, steps)


def _year(year: int, values: dict[str, Any], growth: Any, way: str, found: projection.Projection) -> str:
    """The step of a year, 0 first."""
    return _(
        "Tahun %(n)s: K = %(base)s × %(factor)s^%(n)s, dibulatkan %(way)s %(need)s; B = %(before)s −"
        " %(retiring)s − %(leaving)s + %(joining)s = %(holders)s; kekurangan %(shortage)s,"
        " kelebihan %(surplus)s."
    ) % {
        "n": year + 1,
        "base": number(values["need"]),
        "factor": number(1 + growth),
        "way": way,
        "before": number(found.holders[year - 1] if year else values["holders"]),
        **{name: number(values[name][year]) for name in ("retiring", "leaving", "joining")},
        **{name: number(getattr(found, name)[year]) for name in ("need", "holders", "shortage", "surplus")},
    }


def _flow(name: str, label: Any) -> Field:
    item = Field(name, label, Kind.WHOLE, lowest=0, highest=1_000_000)
    return Field(
        name,
        label,
        Kind.LIST,
        item=item,
        least=5,
        most=5,
        unit=gettext_lazy("orang"),
        labels=YEARS,
        together=gettext_lazy("Arus pegawai lima tahun"),
        blank=0,
    )


YEARS = tuple(format_lazy(gettext_lazy("Tahun {n}"), n=n) for n in range(1, 6))
PROJECTION = Calculator(
    code="projection",
    title=gettext_lazy("Proyeksi lima tahun"),
    lead=gettext_lazy("Kebutuhan, bezetting, kekurangan dan kelebihan setiap akhir tahun selama lima tahun."),
    inputs=(
        Field(
            "need",
            gettext_lazy("Kebutuhan sekarang (K)"),
            Kind.DECIMAL,
            lowest=0,
            highest=1_000_000,
            places=10,
            unit=gettext_lazy("orang"),
            help=gettext_lazy("Boleh belum dibulatkan."),
        ),
        Field(
            "growth",
            gettext_lazy("Pertumbuhan beban setahun"),
            Kind.DECIMAL,
            required=False,
            above=-1,
            highest=10,
            unit=gettext_lazy("pangsa"),
            help=gettext_lazy("0,02 berarti 2 persen; kosongkan untuk nilai buku aturan."),
        ),
        Field(
            "holders",
            gettext_lazy("Pemangku sekarang (B)"),
            Kind.WHOLE,
            lowest=0,
            highest=1_000_000,
            unit=gettext_lazy("orang"),
        ),
        ROUNDING,
        _flow("retiring", gettext_lazy("Pensiun")),
        _flow("leaving", gettext_lazy("Keluar lain")),
        _flow("joining", gettext_lazy("Masuk")),
    ),
    outputs=(
        Output("need", gettext_lazy("Kebutuhan"), Kind.WHOLE, gettext_lazy("orang"), rows=True, labels=YEARS),
        Output("holders", gettext_lazy("Bezetting"), Kind.WHOLE, gettext_lazy("orang"), rows=True, labels=YEARS),
        Output("shortage", gettext_lazy("Kekurangan"), Kind.WHOLE, gettext_lazy("orang"), rows=True, labels=YEARS),
        Output("surplus", gettext_lazy("Kelebihan"), Kind.WHOLE, gettext_lazy("orang"), rows=True, labels=YEARS),
    ),
    laws=(
        Law(gettext_lazy("PP 11/2017 pasal 5-9 (kebutuhan lima tahun)"), "V"),
        Law(gettext_lazy("Rumus: pengaturan produk"), "D"),
    ),
    run=project,
    example={
        "need": 12,
        "growth": "0.02",
        "holders": 9,
        "retiring": [1, 2, 0, 1, 1],
        "leaving": [0, 0, 1, 0, 0],
        "joining": [1, 0, 0, 0, 0],
    },
    parameters=("needs.growth_default", "abk.rounding"),
    icon="graph-up-arrow",
)


# Job class


def class_of_job(values: dict[str, Any], book: Book) -> Answer:
    kind = job_class.Kind(values["kind"])
    factors, levels = job_class.FACTORS[kind], values["levels"]
    if len(levels) != len(factors):
        raise Invalid({"levels": [_("Isi %(n)s tingkat, satu untuk setiap faktor.") % {"n": len(factors)}]})
    wrong = [
        _("Faktor %(factor)s memiliki tingkat 1 sampai %(most)s.") % {"factor": factor.code, "most": len(factor.points)}
        for factor, level in zip(factors, levels, strict=True)
        if level > len(factor.points)
    ]
    if wrong:
        raise Invalid({"levels": wrong})
    situations = values["special_situations"] or 0
    found = job_class.job_class(kind, levels, special_situations=situations)
    steps = [
        _("%(factor)s %(name)s, tingkat %(level)s: %(points)s.")
        % {"factor": factor.code, "name": _(factor.name), "level": level, "points": number(points)}
        for factor, level, points in zip(factors, levels, found.by_factor, strict=True)
    ]
    if found.points != job_class.job_class(kind, levels).points:
        steps.append(
            _("%(n)s situasi khusus menaikkan tingkat 1 sampai 3 faktor 6 satu tingkat [M].") % {"n": situations}
        )
    highest = dict(job_class.BANDS)[found.job_class]
    steps.append(_("Jumlah nilai: %(points)s.") % {"points": number(found.points)})
    if highest is None:
        steps.append(_("Nilai di atas batas kelas 16, sehingga kelas 17."))
    else:
        steps.append(
            _("Kelas terendah dengan batas atas yang memuat nilai itu: kelas %(found)s (sampai %(highest)s).")
            % {"found": found.job_class, "highest": number(highest)}
        )
    summary = _("Nilai %(points)s, kelas jabatan %(found)s.") % {
        "points": number(found.points),
        "found": found.job_class,
    }
    return Answer({"points": found.points, "job_class": found.job_class}, summary, steps)


FACTOR_NAMES = (
    gettext_lazy("Ruang Lingkup dan Dampak Program"),
    gettext_lazy("Pengaturan Organisasi"),
    gettext_lazy("Wewenang Penyeliaan dan Manajerial"),
    gettext_lazy("Sifat Hubungan"),
    gettext_lazy("Tujuan Hubungan"),
    gettext_lazy("Kesulitan dalam Pengarahan Pekerjaan"),
    gettext_lazy("Kondisi Lain"),
    gettext_lazy("Pengetahuan yang Dibutuhkan Jabatan"),
    gettext_lazy("Pengawasan Penyelia"),
    gettext_lazy("Pedoman"),
    gettext_lazy("Kompleksitas"),
    gettext_lazy("Ruang Lingkup dan Dampak"),
    gettext_lazy("Hubungan Personal"),
    gettext_lazy("Persyaratan Fisik"),
    gettext_lazy("Lingkungan Pekerjaan"),
)
# The rows' names by scheme, F4A and F4B among them; while none is chosen a row has both.
_FACTORS = {
    kind.value: tuple(format_lazy("{} {}", each.code, gettext_lazy(each.name)) for each in factors)
    for kind, factors in job_class.FACTORS.items()
}
_EITHER = tuple(
    format_lazy("{} / {}", *pair) if all(pair) else format_lazy("— / {}", pair[1])
    for pair in zip_longest(_FACTORS["structural"], _FACTORS["functional"])
)
JOB_CLASS = Calculator(
    code="job-class",
    title=gettext_lazy("Kelas jabatan (FES)"),
    lead=gettext_lazy("Nilai faktor evaluasi jabatan dan kelas jabatan 1–17."),
    inputs=(
        Field(
            "kind",
            gettext_lazy("Faktor"),
            Kind.CHOICE,
            choices=(
                ("structural", gettext_lazy("manajerial (7 faktor)")),
                ("functional", gettext_lazy("fungsional dan pelaksana (9 faktor)")),
            ),
        ),
        Field(
            "levels",
            gettext_lazy("Tingkat"),
            Kind.LIST,
            least=1,
            most=9,
            item=Field("level", gettext_lazy("Tingkat"), Kind.WHOLE, lowest=1, highest=9),
            labels=_EITHER,
            named_by=("kind", _FACTORS),
            help=gettext_lazy("Satu tingkat untuk setiap faktor, dari 1; manajerial 7 faktor, lainnya 9."),
        ),
        Field(
            "special_situations",
            gettext_lazy("Situasi khusus"),
            Kind.WHOLE,
            required=False,
            lowest=0,
            highest=20,
            help=gettext_lazy("Tiga atau lebih menaikkan tingkat 1 sampai 3 faktor 6 satu tingkat."),
        ),
    ),
    outputs=(
        Output("job_class", gettext_lazy("Kelas jabatan"), Kind.WHOLE),
        Output("points", gettext_lazy("Jumlah nilai"), Kind.WHOLE),
    ),
    laws=(
        Law("PermenPANRB 34/2011", "V2"),
        Law("Perka BKN 21/2011", "V2"),
        Law(gettext_lazy("Kelas yang ditetapkan menteri mengalahkan hasil hitungan"), "D"),
    ),
    run=class_of_job,
    example={"kind": "structural", "levels": [1, 1, 1, 2, 1, 3, 1]},
    icon="layers",
)


# Job-person match

CATEGORIES = {
    "MS": gettext_lazy("Memenuhi Syarat (MS)"),
    "MMS": gettext_lazy("Masih Memenuhi Syarat (MMS)"),
    "KMS": gettext_lazy("Kurang Memenuhi Syarat (KMS)"),
    "OPTIMAL": gettext_lazy("Optimal"),
    "CUKUP_OPTIMAL": gettext_lazy("Cukup Optimal"),
    "KURANG_OPTIMAL": gettext_lazy("Kurang Optimal"),
    "BELUM_LENGKAP": gettext_lazy("Belum lengkap"),
}


def match(values: dict[str, Any], book: Book) -> Answer:
    purpose, required, actual = job_match.Purpose(values["purpose"]), values["required"], values["actual"]
    if len(required) != len(actual):
        raise Invalid({"actual": [_("Isi capaian sebanyak standar: %(n)s.") % {"n": len(required)}]})
    scale = job_match.Scale(book.decimal(f"match.{purpose}_best"), book.decimal(f"match.{purpose}_middle"))
    found = job_match.match(required, actual, purpose, scale=scale)
    category = str(CATEGORIES[found.category])
    steps = [
        _("Kompetensi %(n)s: standar %(need)s, capaian %(have)s, dihitung %(counted)s, kesenjangan %(gap)s.")
        % {
            "n": n,
            "need": need,
            "have": number(have),
            "counted": number(None if have is None else min(need, have)),
            "gap": number(gap),
        }
        for n, (need, have, gap) in enumerate(zip(required, actual, found.gaps, strict=True), start=1)
    ]
    if found.percent is None or found.percent_compensated is None:
        steps.append(_("Ada kompetensi yang belum dinilai, sehingga persentase tidak dihitung."))
        summary = _("Belum lengkap: masih ada kompetensi yang belum dinilai.")
    else:
        steps += [
            _("JPM: %(reached)s ÷ %(required)s × 100 = %(percent)s %%; kelebihan tidak menutup kekurangan [D].")
            % {"reached": found.reached, "required": found.required, "percent": number(found.percent, 2)},
            _("Dengan kompensasi: %(actual)s ÷ %(required)s × 100 = %(percent)s %% (paling tinggi 100).")
            % {"actual": found.actual, "required": found.required, "percent": number(found.percent_compensated, 2)},
            _("Batas: %(best)s %% dan %(middle)s %%, sehingga %(category)s.")
            % {"best": number(scale.best), "middle": number(scale.middle), "category": category},
        ]
        summary = _("Kesesuaian %(percent)s %%: %(category)s.") % {
            "percent": number(found.percent, 2),
            "category": category,
        }
    result = {
        "percent": None if found.percent is None else f"{found.percent:f}",
        "percent_compensated": None if found.percent_compensated is None else f"{found.percent_compensated:f}",
        "category": found.category.value,
        "gaps": list(found.gaps),
    }
    return Answer(result, summary, steps)


COMPETENCIES = gettext_lazy("Kompetensi")
JOB_PERSON_MATCH = Calculator(
    code="job-person-match",
    title=gettext_lazy("Kesesuaian kompetensi (JPM)"),
    lead=gettext_lazy("Seberapa jauh tingkat kompetensi seseorang memenuhi standar jabatan."),
    inputs=(
        Field(
            "purpose",
            gettext_lazy("Tujuan"),
            Kind.CHOICE,
            choices=(("appointment", gettext_lazy("pengisian jabatan")), ("mapping", gettext_lazy("pemetaan"))),
        ),
        Field(
            "required",
            gettext_lazy("Standar"),
            Kind.LIST,
            most=60,
            together=COMPETENCIES,
            item=Field("level", gettext_lazy("Standar"), Kind.WHOLE, lowest=1, highest=5),
        ),
        Field(
            "actual",
            gettext_lazy("Capaian"),
            Kind.LIST,
            most=60,
            together=COMPETENCIES,
            nullable=True,
            item=Field("level", gettext_lazy("Capaian"), Kind.WHOLE, lowest=0, highest=5),
            help=gettext_lazy("Tingkat 1–5; kosongkan capaian yang belum dinilai."),
        ),
    ),
    outputs=(
        Output("percent", gettext_lazy("Kesesuaian (JPM)"), Kind.DECIMAL, gettext_lazy("persen")),
        Output("category", gettext_lazy("Kategori"), Kind.CHOICE, words=CATEGORIES),
        Output("percent_compensated", gettext_lazy("Dengan kompensasi"), Kind.DECIMAL, gettext_lazy("persen")),
        Output("gaps", gettext_lazy("Kesenjangan"), Kind.WHOLE, rows=True),
    ),
    laws=(
        Law(gettext_lazy("Peraturan BKN 26/2019"), "M"),
        Law(gettext_lazy("Kelebihan satu kompetensi tidak menutup kekurangan yang lain: pengaturan produk"), "D"),
    ),
    run=match,
    example={"purpose": "appointment", "required": [3] * 9, "actual": [3, 3, 2, 3, 4, 2, 3, 3, 3]},
    parameters=("match.",),
    icon="bullseye",
)
