"""Figures that follow from a personnel file, each with its rule: age, service, pension, rank fit, next promotion, next
periodic increment, salary step. Rules and words are those of the calculators; a missing input is said, never 0."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from asnhr import dates, formats
from asnhr.audit import reading
from asnhr.calculators import Answer, Book, Calculator, Invalid
from positions import permissions
from positions.calculators import people as calculators
from positions.models import Discipline, Employee, SalaryIncrement
from positions.pages import derived_promotions, doors, employees
from positions.pages import histories as pages
from positions.pages.derived_file import Figure, File
from positions.queries import histories, register, rulebook
from positions.rules import agenda, performance, promotion, rank, retirement
from positions.rules import service as service_rules
from positions.rules.discipline import HOLDING_CODES
from positions.rules.levels import FUNCTIONAL_LEVELS, MANAGERIAL_LEVELS, RANK_BY_ID
from positions.rules.numbers import add_months

# SIASN education level → the ladder of the regular promotion's ceilings; others have none that is known (2.3).
CEILING_OF = {
    "05": "SD", "10": "SLTP", "12": "SLTP", "15": "SLTA", "17": "SLTA", "18": "SLTA", "20": "D-I", "25": "D-II",
    "30": "D-III", "35": "D-IV", "40": "S1", "45": "S2", "50": "S3",
}  # fmt: skip
PREFIXES = ("promotion.", "salary.", "scale.")
OWN_REQUEST_AGE, OWN_REQUEST_SERVICE = 45, 20


@never_cache
@doors.needs("view_register", "view_own")
@require_safe
def employee_derived(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel "Turunan" of one person; at most twenty-nine queries, however long the file. Of who has left, as of the
    last day of work: no service grows and nothing falls due after it."""
    user, day = request.user, request.as_of
    people = register.employees_visible(user).select_related("unit__office", "education_level", "education")
    left_on = last_day(people, pk, day)
    day = left_on or day
    ages = rulebook.ages_on(day)
    person = doors.found(register.with_retirement(register.with_post(people, day), day, ages), pk=pk)
    if left_on is None and person.exits_on is not None and request.as_of < dates.today():
        # On a day that is past nobody knew yet.
        person.exits_on, person.exit_reason = None, ""
    if day < dates.today():
        histories.as_they_stood([person], day)
    own = permissions.is_own_file(user, person)
    sees_salary = permissions.may_read_history(user, person, SalaryIncrement)
    sees_health = permissions.may_read_health(user, person)
    if not sees_health:
        person.exit_reason = ""
    file = file_of(user, person, day, ages, sees_salary=sees_salary)
    read = [
        name for name, is_read in (
            ("gaji_pokok", sees_salary), ("disiplin", file.is_held is not None), ("predikat", True),
            ("exit_reason", bool(person.exit_reason)),
        ) if is_read
    ]  # fmt: skip
    if not own:
        # Salary, whether a sanction runs, predicates, why somebody left: who looks is written down, also that there is
        # none.
        reading.record(model=Employee, objects=[person.pk], columns=read)
    context = {
        "person": person,
        "tabs": pages.tabs(user, person, "turunan"),
        "day": day,
        "has_left": left_on is not None,
        "figures": figures(file) if left_on is None else last_figures(file),
        "crumbs": pages.crumbs(request, person, (_("Turunan"), "")),
    }
    return render(request, "positions/employee_derived.html", context)


def file_of(user: Any, person: Employee, day: date, ages: retirement.Ages, *, sees_salary: bool) -> File:
    """Read the file; nine queries. `person` as `register.with_retirement` loads it."""
    found = histories.facts(person, day)
    if held := found.rank:
        person.rank, person.pay_group, person.rank_since = held.rank, held.pay_group, held.starts_on
    elif not employees.holds_rank(person, day):
        person.rank = person.pay_group = person.rank_since = None
    file = File(person, register.post_of(person), found, day, Book(PREFIXES, day), ages, sees_salary=sees_salary)
    file.sees_discipline = permissions.may_read_history(user, person, Discipline)
    if file.sees_discipline:
        running = histories.rows(user, person, Discipline).running(day).filter(sanction__in=HOLDING_CODES)
        file.is_held = running.exists()
    return file


def figures(file: File) -> list[Figure]:
    if not file.person.status:
        # Before the appointment nothing ran yet.
        return [age(file)]
    made = [
        age(file), service(file), pension(file), rank_fit(file), *promotions(file), *further(file), scale(file),
        increment(file), salary(file),
    ]  # fmt: skip
    return [each for each in made if each is not None]


def last_day(people: Any, pk: int, day: date) -> date | None:
    """Return the last day of work of who has left by `day`."""
    exits_on = people.filter(pk=pk, exits_on__lte=day).values_list("exits_on", flat=True).first()
    return exits_on - timedelta(days=1) if exits_on else None


def last_figures(file: File) -> list[Figure]:
    """What is told of who has left."""
    return [age(file), service(file), pension(file), rank_fit(file), scale(file), salary(file)]


# Each figure


def months_text(months: int) -> str:
    return _("%(years)s tahun %(months)s bulan") % {"years": months // 12, "months": months % 12}


def age(file: File) -> Figure:
    born, day = file.person.birth_date, file.day
    months = service_rules.months_between(born, day)
    return Figure(
        "usia", _("Usia"), months_text(months),
        basis={
            "inputs": [(_("Tanggal lahir"), formats.day(born)), (_("Per tanggal"), formats.day(day))],
            "steps": [_("Bulan penuh sejak lahir: %(months)s.") % {"months": months}],
            "rule": _("Bulan penuh antara tanggal lahir dan hari yang dilihat."),
            "legal_basis": _("Tanggal lahir pada data, bukan dari NIP."),
        },
    )  # fmt: skip


def service(file: File) -> Figure:
    found = Figure("masa-kerja", _("Masa kerja keseluruhan"))
    start = file.appointed_on
    if start is None:
        found.note = _("TMT CPNS atau pengangkatan pertama belum tercatat.")
        return found
    served = service_rules.service(start, file.day, file.facts.grants, file.facts.unpaid)
    found.value = months_text(served.months)
    steps = [_("Sejak pengangkatan: %(time)s.") % {"time": months_text(served.since_appointment)}]
    if served.granted:
        steps.append(_("Ditambah peninjauan masa kerja: %(time)s.") % {"time": months_text(served.granted)})
    if served.unpaid:
        steps.append(_("Dikurangi CLTN: %(time)s [M].") % {"time": months_text(served.unpaid)})
    found.basis = {
        "inputs": [(_("TMT pengangkatan"), formats.day(start)), (_("Per tanggal"), formats.day(file.day))],
        "steps": steps,
        "rule": _("Bulan penuh sejak pengangkatan, ditambah masa kerja yang dinilai, tanpa CLTN."),
        "legal_basis": _("Tata cara masa kerja golongan BKN [V2]; CLTN tidak dihitung [M]"),
    }
    return found


def pension(file: File) -> Figure:
    found = Figure("pensiun", _("Pensiun"))
    made = employees.pension_basis(file.person, file.post, file.day, file.ages)
    person = file.person
    if person.exits_on is not None:
        found.value = formats.day(person.exits_on)
        found.note = person.exit_reason
        return found
    if made is None:
        found.note = _("Tanpa jabatan pada hari itu, batas usia pensiun tidak diketahui.")
        return found
    found.value = formats.day(made["day"])
    kind = _("paling lambat pada BUP jabatan; kontrak dapat berakhir lebih dahulu") if file.is_pppk else _(
        "pensiun karena mencapai batas usia pensiun (BUP)"
    )  # fmt: skip
    found.note = f"{kind} · {made['left']}"
    found.basis = made["basis"]
    start = file.appointed_on
    if not file.is_pppk and start is not None:
        years = service_rules.service(start, file.day, file.facts.grants, file.facts.unpaid).months // 12
        old = employees.age_on(person.birth_date, file.day)
        found.conditions = [
            (
                _("Pensiun atas permintaan sendiri [V2]: usia %(age)s tahun dan masa kerja %(service)s tahun.")
                % {"age": OWN_REQUEST_AGE, "service": OWN_REQUEST_SERVICE},
                old >= OWN_REQUEST_AGE and years >= OWN_REQUEST_SERVICE,
            )
        ]
    return found


def rank_fit(file: File) -> Figure:
    found = Figure("kesesuaian-pangkat", _("Kesesuaian pangkat dengan jabatan"))
    if file.is_pppk or file.level is None:
        found.value = _("tidak berlaku")
        found.note = _("PPPK tidak berpangkat.") if file.is_pppk else _("Tanpa jabatan pada hari itu.")
        return found
    job = file.post.position.job
    echelon = calculators.ECHELON_BY_CODE.get(job.echelon)
    if file.level in MANAGERIAL_LEVELS and echelon is not None and file.grade:
        answer, book = _run(file, calculators.RANK_FIT, {"echelon": job.echelon, "rank": file.grade})
        if answer is not None:
            found.value = str(calculators.FITS[answer.result["code"]])
            found.basis = _basis(calculators.RANK_FIT, answer, book, [(_("Jabatan"), str(job)), _held(file)])
        return found
    check = rank.rank_fit(level=file.level, echelon_id=echelon.id if echelon else None, rank_id=file.person.rank)
    found.value = str(calculators.FITS.get(check.fit.value, "")) or (
        _("tidak berlaku") if check.fit is rank.RankFit.NOT_APPLICABLE else ""
    )
    if check.lowest and check.highest:
        found.basis = {
            "inputs": [(_("Jabatan"), str(job)), _held(file)],
            "steps": [
                _("Pangkat jenjang ini: %(lowest)s sampai %(highest)s.")
                % {"lowest": RANK_BY_ID[check.lowest].code, "highest": RANK_BY_ID[check.highest].code}
            ],
            "rule": _("Pangkat pemangku dibandingkan dengan pangkat jenjang jabatan fungsional."),
            "legal_basis": _("PermenPANRB 1/2023; Peraturan BKN 3/2023 [V2]"),
        }
    return found


def promotions(file: File) -> list[Figure]:
    """The regular promotion, and the chosen one of the post's group; none for PPPK."""
    if file.is_pppk:
        return []
    found = [_promotion(file, promotion.Kind.REGULAR, _("Kenaikan pangkat reguler berikutnya"))]
    if file.level in MANAGERIAL_LEVELS:
        found.append(_promotion(file, promotion.Kind.STRUCTURAL, _("Kenaikan pangkat pilihan (jabatan struktural)")))
    if file.level in FUNCTIONAL_LEVELS:
        found.append(_promotion(file, promotion.Kind.FUNCTIONAL, _("Kenaikan pangkat pilihan (jabatan fungsional)")))
    return found


def _promotion(file: File, kind: promotion.Kind, title: str) -> Figure:
    found = Figure(f"pangkat-{kind.value}", title)
    person = file.person
    if person.status == Employee.Status.CPNS:
        found.value = _("belum: masih CPNS")
        return found
    if not file.grade or person.rank_since is None:
        found.note = _("Golongan atau TMT golongan belum tercatat.")
        return found
    education = CEILING_OF.get(person.education_level_id or "") if kind is promotion.Kind.REGULAR else None
    below = False
    if kind is promotion.Kind.STRUCTURAL and file.post:
        echelon = calculators.ECHELON_BY_CODE.get(file.post.position.job.echelon)
        below = bool(
            echelon and echelon.lowest and person.rank and rank.order(person.rank) < rank.order(echelon.lowest)
        )
    answer, book = _run(
        file, calculators.RANK_PROMOTION,
        {
            "kind": kind.value, "rank": file.grade, "rank_since": person.rank_since, "education": education,
            "below_minimum": below,
        },
    )  # fmt: skip
    if answer is None:
        return found
    inputs = [_held(file)]
    if education:
        inputs.append((_("Pendidikan"), education))
    found.basis = _basis(calculators.RANK_PROMOTION, answer, book, inputs)
    if answer.result["promotes_on"] is None:
        found.value = _("tertutup")
        found.note = answer.result["closed"]
        return found
    found.value = f"{answer.result['next_rank']} · {formats.day(date.fromisoformat(answer.result['promotes_on']))}"
    found.note = _("Paling cepat; syarat di bawah tersendiri.")
    if kind is promotion.Kind.REGULAR and file.level in FUNCTIONAL_LEVELS:
        found.note = _("Selama memangku jabatan fungsional, kenaikan pangkat memakai angka kredit [M].")
    found.conditions = [_good_years(file)]
    if file.is_held is not None:
        found.conditions.append((_("Tidak sedang menjalani hukuman disiplin sedang atau berat."), not file.is_held))
    if kind is promotion.Kind.FUNCTIONAL:
        found.conditions += derived_promotions.credit_of(file)
    return found


def further(file: File) -> list[Figure]:
    """Promotions of the further kinds, of those who have a rank."""
    if file.person.status != Employee.Status.PNS or not file.grade or file.person.rank_since is None:
        return []
    return derived_promotions.figures(file, _held(file), _good_years(file))


def _good_years(file: File) -> tuple[str, bool | None]:
    """Performance at least Baik in the last two years."""
    wanted = [file.day.year - 1, file.day.year - 2]
    of_year = {each.year: each.predicate for each in file.facts.predicates}
    words = _("Predikat kinerja %(first)s dan %(second)s paling rendah Baik.") % {
        "first": wanted[1],
        "second": wanted[0],
    }
    known = [of_year[year] for year in wanted if year in of_year]
    if any(predicate > performance.GOOD for predicate in known):
        return words, False
    return words, True if len(known) == len(wanted) else None


def scale(file: File) -> Figure:
    found = Figure("mkg", _("Masa kerja golongan (MKG)"))
    base, now = file.scale, file.scale_today
    if base is None or now is None:
        found.note = _("TMT golongan belum tercatat.")
        return found
    months, since, decreed = base
    found.value = months_text(now)
    decree = _("menurut SK golongan atau KGB terakhir")
    source = decree if decreed else _("dihitung dari masa kerja keseluruhan dan pengurang golongan")
    found.basis = {
        "inputs": [_held(file)],
        "steps": [
            _("MKG pada %(day)s: %(time)s, %(source)s.")
            % {"day": formats.day(since), "time": months_text(months), "source": source},
            _("Ditambah bulan penuh sejak itu, tanpa CLTN: %(time)s.") % {"time": months_text(now)},
        ],
        "rule": _("MKG berjalan dari TMT golongan; I ke II −6 tahun, II ke III −5 tahun."),
        "legal_basis": _("Tata cara masa kerja golongan BKN [V2]"),
    }
    return found


def increment(file: File) -> Figure:
    found = Figure("kgb", _("Kenaikan gaji berkala berikutnya"))
    base = file.scale
    if not file.grade or base is None:
        found.note = _("Golongan atau TMT golongan belum tercatat.")
        return found
    months, since, _decreed = base
    last = file.facts.increment
    # The one after the last on record, also when its month went by; unpaid leave puts it off.
    lost = agenda.lost_months(file.facts.unpaid, since, file.day)
    answer, book = _run(
        file, calculators.SALARY_INCREMENT,
        {"grade": file.grade, "service_months": min(months, 720), "reference_date": add_months(since, lost)},
    )  # fmt: skip
    if answer is None:
        return found
    inputs = [_held(file), (_("MKG pada tanggal acuan"), months_text(months))]
    if last is not None and last.starts_on == since and file.sees_salary:
        inputs.append((_("KGB terakhir"), formats.day(last.starts_on)))
    found.basis = _basis(calculators.SALARY_INCREMENT, answer, book, inputs)
    if answer.result["next_on"] is None:
        found.value = str(answer.result["status"])
        return found
    next_on = date.fromisoformat(answer.result["next_on"])
    found.value = formats.day(next_on)
    if next_on < agenda.month_of(file.day):
        words = _("Terlewat sejak %(day)s, belum ada riwayat KGB; bila sudah diberikan, catat.")
        found.note = words % {"day": formats.day(next_on)}
    else:
        letter_on = date.fromisoformat(answer.result["letter_on"])
        found.note = _("Surat paling lambat %(day)s.") % {"day": formats.day(letter_on)}
    rated = [each for each in file.facts.predicates if each.year == file.day.year - 1]
    met = (rated[0].predicate <= performance.FAIR) if rated else None
    words = _("Predikat kinerja %(year)s paling rendah Butuh Perbaikan.") % {"year": file.day.year - 1}
    found.conditions = [(words, met)]
    return found


def salary(file: File) -> Figure:
    """The step that the last promotion or increment on record gave: one that nothing says was granted is not paid."""
    found = Figure("gaji", _("Langkah gaji"))
    base, now = file.scale, file.scale_today
    if not file.grade or base is None or now is None:
        found.note = _("Golongan atau TMT golongan belum tercatat.")
        return found
    months, since, _decreed = base
    values = {
        "scheme": "PPPK" if file.is_pppk else "PNS", "grade": file.grade, "years": months // 12,
        "cpns": file.person.status == Employee.Status.CPNS,
    }  # fmt: skip
    answer, book = _run(file, calculators.SALARY, values)
    if answer is None:
        found.note = _("Tabel gaji untuk hari itu tidak tersedia.")
        return found
    found.value = _("%(grade)s, langkah %(step)s tahun") % {"grade": file.grade, "step": answer.result["step"]}
    notes = []
    if file.sees_salary:
        notes.append(_("Gaji pokok %(amount)s") % {"amount": formats.rupiah(answer.result["amount"])})
        inputs = [_held(file), (_("MKG pada tanggal acuan"), months_text(months))]
        found.basis = _basis(calculators.SALARY, answer, book, inputs)
    if since < file.day:
        reached, _book = _run(file, calculators.SALARY, values | {"years": now // 12})
        if reached is not None and reached.result["step"] != answer.result["step"]:
            told = {"day": formats.day(since), "n": reached.result["step"]}
            notes.append(
                _("Menurut catatan terakhir (%(day)s); bila KGB sesudahnya diberikan, langkah %(n)s tahun.") % told
            )
    found.note = " · ".join(notes)
    return found


# What they share


def _held(file: File) -> tuple[str, str]:
    since = formats.day(file.person.rank_since)
    return _("Golongan"), _("%(grade)s sejak %(day)s") % {"grade": file.grade or formats.DASH, "day": since}


def _run(file: File, calculator: Calculator, values: dict[str, Any]) -> tuple[Answer | None, Book]:
    """Let a calculator's own rule answer; None where the rulebook has no value for the day. One query for all."""
    book = Book(PREFIXES, file.day)
    book._rows = file.book.rows()
    given = {each.name: None for each in calculator.inputs} | values
    try:
        return calculator.run(given, book), book
    except Invalid:
        return None, book


def _basis(calculator: Calculator, answer: Answer, book: Book, inputs: list[tuple[Any, str]]) -> dict[str, Any]:
    used = [f"{each.name}: {each.value} {each.unit}".strip() for each in book.used.values()]
    return {
        "inputs": inputs,
        "steps": answer.steps,
        "rule": answer.summary,
        "legal_basis": "; ".join(str(law) for law in calculator.laws),
        "defaults": used,
    }
