"""Figures that follow from a personnel file, each with its rule: age, service, pension, rank fit, next promotion, next
periodic increment, salary step. Rules and words are those of the calculators; a missing input is said, never 0."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from asnhr import formats
from asnhr.audit import reading
from asnhr.pages.days import follows_day
from positions import permissions
from positions.calculators import people as calculators
from positions.models import Discipline, Employee, SalaryIncrement, YearlyPredicate
from positions.pages import derived_promotions, doors, employees
from positions.pages import histories as pages
from positions.pages.derived_file import Figure, File, Span, basis, held, run
from positions.queries import histories, past_files, register, rulebook
from positions.rules import agenda, performance, rank, retirement
from positions.rules import service as service_rules
from positions.rules.agenda import Missing
from positions.rules.discipline import HOLDING_CODES
from positions.rules.levels import MANAGERIAL_LEVELS, RANK_BY_ID
from positions.rules.numbers import add_months

OWN_REQUEST_AGE, OWN_REQUEST_SERVICE = 45, 20
# A calculator takes no TMT within a month; the register may hold one, and is told as it stands.
INCREMENT = replace(calculators.SALARY_INCREMENT, run=calculators.increase_from)


@never_cache
@doors.needs("view_register", "view_own")
@require_safe
@follows_day
def employee_derived(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel "Turunan" of one person; at most thirty queries, however long the file. Of who has left, as of the
    last day of work: no service grows and nothing falls due after it."""
    user = request.user
    file, left_on = opened(user, pk, request.as_of)
    person, day = file.person, file.day
    own = permissions.is_own_file(user, person)
    file.is_pensioned = person.exits_on is not None and person.pk in histories.pensioned([person.pk])
    read = [
        name for name, is_read in (
            ("gaji_pokok", file.sees_salary), ("disiplin", file.sanctions is not None),
            ("predikat", file.sees_predicates), ("exit_reason", bool(person.exit_reason)),
        ) if is_read
    ]  # fmt: skip
    if read and not own:
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


def opened(user: Any, pk: int, day: date) -> tuple[File, date | None]:
    """Return a person's file as it stood on `day`, and the last day of work of who has left by then: the file is of
    that day. 404 outside the reader's scope; at most seventeen queries."""
    people = register.employees_visible(user).select_related("unit__office", "education_level", "education")
    left_on = last_day(people, pk, day)
    day = left_on or day
    ages = rulebook.ages_on(day)
    person = doors.found(register.with_retirement(register.with_post(people, day), day, ages), pk=pk)
    departure = person.exits_on, person.exit_reason
    histories.as_they_stood([person], day)
    past_files.employee_as_it_stood(person, day)
    if left_on is not None:
        # The last day of work is looked at because of what came with the next.
        person.exits_on, person.exit_reason = departure
    if not permissions.may_read_health(user, person):
        person.exit_reason = ""
    return file_of(user, person, day, ages), left_on


def file_of(user: Any, person: Employee, day: date, ages: retirement.Ages) -> File:
    """Read the file as far as it is the reader's; seven queries. `person` as `register.with_retirement` loads it."""
    found = histories.facts(person, day)
    if rank_held := found.rank:
        person.rank, person.pay_group, person.rank_since = rank_held.rank, rank_held.pay_group, rank_held.starts_on
    elif not employees.holds_rank(person, day):
        person.rank = person.pay_group = person.rank_since = None
    sees_salary = permissions.may_read_history(user, person, SalaryIncrement)
    if not sees_salary:
        # What rests on increments is told from the decrees of ranks alone, or not at all.
        found = replace(found, increment=None)
    sees_predicates = permissions.may_read_history(user, person, YearlyPredicate)
    if not sees_predicates:
        found = replace(found, predicates=[])
    file = File(person, register.post_of(person), found, day, ages, sees_salary, sees_predicates)
    if permissions.may_read_history(user, person, Discipline):
        file.sanctions = sanctions_of(user, person, day)
    return file


def sanctions_of(user: Any, person: Employee, day: date) -> list[Span]:
    """The periods of medium and heavy sanctions in force, as they were on record by `day`; one query, a
    second on a past day."""
    found = past_files.loaded(histories.rows(user, person, Discipline), day)
    return [
        (each.starts_on, each.ends_on) for each in found
        if each.sanction in HOLDING_CODES and each.state == Discipline.State.IN_FORCE
    ]  # fmt: skip


def figures(file: File) -> list[Figure]:
    if not file.person.status:
        # Before the appointment nothing ran yet.
        return [age(file)]
    paid = [increment(file), salary(file)] if file.sees_salary else closed_figures()
    return [
        age(file), service(file), pension(file), rank_fit(file), *derived_promotions.figures(file), scale(file), *paid,
    ]  # fmt: skip


def closed_figures() -> list[Figure]:
    """What rests on increments and pay, to who may not read them."""
    note = _("Hanya untuk yang berhak membaca gaji pokok dan riwayat KGB, dan untuk pegawainya sendiri.")
    found = (("kgb", _("Kenaikan gaji berkala berikutnya")), ("gaji", _("Langkah gaji")))
    return [Figure(code, title, _("tertutup"), note) for code, title in found]


def last_day(people: Any, pk: int, day: date) -> date | None:
    """Return the last day of work of who has left by `day`."""
    exits_on = people.filter(pk=pk, exits_on__lte=day).values_list("exits_on", flat=True).first()
    return exits_on - timedelta(days=1) if exits_on else None


def last_figures(file: File) -> list[Figure]:
    """What is told of who has left."""
    paid = [salary(file)] if file.sees_salary else closed_figures()[1:]
    return [age(file), service(file), pension(file), rank_fit(file), scale(file), *paid]


# Each figure


def age(file: File) -> Figure:
    born, day = file.person.birth_date, file.day
    months = service_rules.months_between(born, day)
    return Figure(
        "usia", _("Usia"), formats.years_and_months(months),
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
    found.value = formats.years_and_months(served.months)
    steps = [_("Sejak pengangkatan: %(time)s.") % {"time": formats.years_and_months(served.since_appointment)}]
    if served.granted:
        steps.append(
            _("Ditambah peninjauan masa kerja: %(time)s.") % {"time": formats.years_and_months(served.granted)}
        )
    if served.unpaid:
        steps.append(_("Dikurangi CLTN: %(time)s [M].") % {"time": formats.years_and_months(served.unpaid)})
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
        # The reason, where it may be read, says more.
        title = found.title if file.is_pensioned else _("Berhenti atau pindah")
        return Figure(found.code, title, formats.day(person.exits_on), person.exit_reason)
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
        answer, book = run(file, calculators.RANK_FIT, {"echelon": job.echelon, "rank": file.grade})
        if answer is not None:
            found.value = str(calculators.FITS[answer.result["code"]])
            found.basis = basis(calculators.RANK_FIT, answer, book, [(_("Jabatan"), str(job)), held(file)])
        return found
    check = rank.rank_fit(level=file.level, echelon_id=echelon.id if echelon else None, rank_id=file.person.rank)
    found.value = str(calculators.FITS.get(check.fit.value, "")) or (
        _("tidak berlaku") if check.fit is rank.RankFit.NOT_APPLICABLE else ""
    )
    if check.lowest and check.highest:
        found.basis = {
            "inputs": [(_("Jabatan"), str(job)), held(file)],
            "steps": [
                _("Pangkat jenjang ini: %(lowest)s sampai %(highest)s.")
                % {"lowest": RANK_BY_ID[check.lowest].code, "highest": RANK_BY_ID[check.highest].code}
            ],
            "rule": _("Pangkat pemangku dibandingkan dengan pangkat jenjang jabatan fungsional."),
            "legal_basis": _("PermenPANRB 1/2023; Peraturan BKN 3/2023 [V2]"),
        }
    return found


def scale(file: File) -> Figure:
    found = Figure("mkg", _("Masa kerja golongan (MKG)"))
    base, now = file.decreed_scale, file.scale_today
    if base is None or now is None:
        found.note = _("TMT golongan belum tercatat.")
        return found
    months, since, decreed = base
    found.value = formats.years_and_months(now)
    decree = _("menurut SK golongan atau KGB terakhir") if file.sees_salary else _("menurut SK golongan")
    if not file.sees_salary:
        found.note = _("Dari SK golongan; riwayat KGB hanya untuk yang berhak membaca gaji pokok.")
    source = decree if decreed else _("dihitung dari masa kerja keseluruhan dan pengurang golongan")
    found.basis = {
        "inputs": [held(file)],
        "steps": [
            _("MKG pada %(day)s: %(time)s, %(source)s.")
            % {"day": formats.day(since), "time": formats.years_and_months(months), "source": source},
            *_reviewed_steps(file, since),
            _("Ditambah bulan penuh sejak itu, tanpa CLTN: %(time)s.") % {"time": formats.years_and_months(now)},
        ],
        "rule": _("MKG berjalan dari TMT golongan; I ke II −6 tahun, II ke III −5 tahun."),
        "legal_basis": _("Tata cara masa kerja golongan BKN [V2]"),
    }
    return found


def _reviewed_steps(file: File, since: date) -> list[str]:
    """What reviewed service of after `since` adds (establishment.md 2.5): what counts earlier is counted there."""
    reviewed = file.reviewed_since(since)
    if reviewed.from_day is None:
        return []
    told = {"time": formats.years_and_months(reviewed.months), "day": formats.day(reviewed.from_day)}
    return [_("Ditambah peninjauan masa kerja %(time)s sejak %(day)s.") % told]


def increment(file: File) -> Figure:
    """The next increment by the rule of the agenda book; the calculator's own steps say how it comes about."""
    found = Figure("kgb", _("Kenaikan gaji berkala berikutnya"))
    if _without_increment(file, found):
        return found
    case, counted = file.cases.get(agenda.Kind.INCREMENT), agenda.counted_from(file.asked)
    if counted is None:
        found.note = _("Golongan atau TMT golongan belum tercatat.")
        return found
    since, months = counted.since, agenda.paid_scale(file.asked, counted, file.day)
    following = agenda.next_step(file.asked, file.grade, counted, file.day)
    # Unpaid leave puts it off; reviewed service is counted, and paid, from its own day.
    reference = since
    if following is not None:
        reference = add_months(following.due_on, following.paid - following.step * 12)
    answer, book = run(
        file, INCREMENT,
        {"grade": file.grade, "service_months": min(months, 720), "reference_date": reference},
    )  # fmt: skip
    if answer is not None:
        inputs = [held(file), (_("MKG pada tanggal acuan"), formats.years_and_months(months))]
        if counted.is_granted:
            inputs.append((_("KGB terakhir"), formats.day(since)))
        found.basis = basis(calculators.SALARY_INCREMENT, answer, book, inputs)
    if case is None and agenda.Kind.INCREMENT in file.outlived:
        found.value, found.note = derived_promotions.told_outlived(file, agenda.Kind.INCREMENT)
        return found
    if case is None:
        found.value = str(answer.result["status"]) if answer is not None else ""
        return found
    found.value = formats.day(case.due_on)
    if Missing.NO_INCREMENT in case.missing:
        words = _("Terlewat sejak %(day)s, belum ada riwayat KGB; bila sudah diberikan, catat.")
        found.note = words % {"day": formats.day(case.due_on)}
    elif answer is not None:
        letter_on = date.fromisoformat(answer.result["letter_on"])
        found.note = _("Surat paling lambat %(day)s.") % {"day": formats.day(letter_on)}
    found.conditions = _increment_conditions(file, case)
    return found


def _without_increment(file: File, found: Figure) -> bool:
    """Say who has none to come: a CPNS (`agenda._increment`), PPPK paruh waktu, a file that lacks the rank."""
    status = Employee.Status
    if file.person.status == status.CPNS:
        found.value = _("belum: masih CPNS")
        found.note = _(
            "KGB diberikan kepada PNS (PP 7/1977 pasal 11 [M]); masa percobaan dihitung sebagai masa kerja golongan."
        )
    elif file.person.status == status.PART_TIME:
        found.value = _("tidak berlaku")
        found.note = _("PPPK paruh waktu tidak mendapat kenaikan gaji berkala.")
    elif not file.grade:
        found.note = _("Golongan atau TMT golongan belum tercatat.")
    return bool(found.note)


def _increment_conditions(file: File, case: agenda.Case) -> list[tuple[str, bool | None]]:
    told: list[tuple[str, bool | None]] = []
    if file.sees_predicates:
        rated = [each for each in file.facts.predicates if each.year == file.day.year - 1]
        words = _("Predikat kinerja %(year)s paling rendah Butuh Perbaikan.") % {"year": file.day.year - 1}
        told.append((words, (rated[0].predicate <= performance.FAIR) if rated else None))
    return told + derived_promotions.lacks(file, case, Missing.NO_INCREMENT)


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
    answer, book = run(file, calculators.SALARY, values)
    if answer is None:
        found.note = _("Tabel gaji untuk hari itu tidak tersedia.")
        return found
    found.value = _("%(grade)s, langkah %(step)s tahun") % {"grade": file.grade, "step": answer.result["step"]}
    notes = [_("Gaji pokok %(amount)s") % {"amount": formats.rupiah(answer.result["amount"])}]
    inputs = [held(file), (_("MKG pada tanggal acuan"), formats.years_and_months(months))]
    found.basis = basis(calculators.SALARY, answer, book, inputs)
    if since < file.day:
        reached, _book = run(file, calculators.SALARY, values | {"years": now // 12})
        if reached is not None and reached.result["step"] != answer.result["step"]:
            told = {"day": formats.day(since), "n": reached.result["step"]}
            notes.append(
                _("Menurut catatan terakhir (%(day)s); bila KGB sesudahnya diberikan, langkah %(n)s tahun.") % told
            )
    found.note = " · ".join(notes)
    return found
