"""Letters of increments in batch: asked for by a form, written at once or, when there are many, by a run."""

import io
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import dates, formats
from asnhr.errors import NotAllowed, RuleBroken, at_field
from asnhr.formats import counted
from asnhr.imports import storage
from asnhr.models import Agency, Run, User
from asnhr.pdf import SECONDS_IN_RUN
from asnhr.scope import agency_scope
from asnhr.services import Progress, request_run
from positions import letters, permissions
from positions.models import AgendaItem, Employee, LetterBatch, SalaryIncrement
from positions.queries import agenda as queries
from positions.queries import histories, register
from positions.queries import letters as issued
from positions.rules import nip
from positions.rules.agenda import Kind, State, is_outlived
from positions.services import reasons

KIND = "letters"
AREA = "letters"
# More letters than this are written in the background.
AT_ONCE = 40
MOST = 5000
# So many people are named in a sentence; the others are counted.
NAMED = 5
# A letter is signed around now: reissued ones up to a year back, prepared ones as far ahead as KGB are announced.
MOST_DAYS_BACK, MOST_DAYS_AHEAD = 366, 62


@transaction.atomic
def request_letters(*, batch: LetterBatch, actor: User) -> LetterBatch:
    """Keep the batch with its cases and write its letters, at once or by a run (`batch.run`).

    Cases: increments due in the month, of the unit and below, in the actor's sight; those that lack nothing, unless the
    batch takes all. Who will have left by then has none (`batch.outlived`). Who has a valid letter for the same
    increment is left out (`batch.left_out`), or with `batch.reissue` gets a new one, and the earlier is replaced.
    Without a first number the numbers continue after the last of the pattern and the year. Raises NotAllowed,
    ValidationError or RuleBroken (nobody, too many, a number that is taken). The agency's scope is open.
    """
    permissions.check_may_write_letters(actor)
    if batch.unit is not None:
        permissions.check_in_scope(actor, batch.unit)
    _one_at_a_time(batch.agency_id)
    _check_form(batch)
    if batch.first_number is None:
        batch.first_number = issued.next_number(batch.agency_id, batch.number_pattern, batch.signed_on.year)
    batch.created_by = actor
    batch.full_clean(exclude=["people", "employees", "left_out", "replaced", "run"])
    earlier = issued.of_month(batch.agency_id, batch.month)
    _choose(batch, actor, earlier)
    _number(batch)
    batch.save()
    _replace(earlier, batch)
    if len(batch.people) <= AT_ONCE:
        write(batch)
    else:
        _ask(batch, actor)
    return batch


def _one_at_a_time(agency_id: int) -> None:
    """Wait until nobody else issues letters: two officers neither take one number nor write to one person twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('letters'), %s)", [agency_id])


def _check_form(batch: LetterBatch) -> None:
    """What the form says must be able to stand on a letter; numbers and NIP as they are written there."""
    batch.number_pattern = batch.number_pattern.strip()
    if batch.number_pattern.count("{n}") > 1 or set("{}") & set(batch.number_pattern.replace("{n}", "")):
        raise RuleBroken(_("Pola nomor surat memuat {n} sekali, tanpa kurung kurawal lain."))
    today = dates.today()
    if not today - timedelta(days=MOST_DAYS_BACK) <= batch.signed_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise RuleBroken(
            _("Tanggal surat antara %(first)s dan %(last)s.")
            % {
                "first": formats.day(today - timedelta(days=MOST_DAYS_BACK)),
                "last": formats.day(today + timedelta(days=MOST_DAYS_AHEAD)),
            }
        )
    if batch.signatory_nip:
        found = nip.check(batch.signatory_nip, today=today)
        if found.errors:
            raise RuleBroken(_("NIP penanda tangan tidak benar: %(nip)s.") % {"nip": batch.signatory_nip})
        batch.signatory_nip = found.number


def _choose(batch: LetterBatch, actor: User, earlier: list[LetterBatch]) -> None:
    chosen = cases(actor, batch.month, batch.unit, complete=not batch.all_cases).select_related("employee__unit")
    # Who has no grade or step on record has no letter, and takes no number.
    items = [item for item in chosen if letters.letter_of(item, "", "") is not None]
    batch.outlived = _outlived(items)  # type: ignore[attr-defined]
    items = [item for item in items if item.employee_id not in batch.outlived]  # type: ignore[attr-defined]
    if not items and batch.outlived:  # type: ignore[attr-defined]
        raise RuleBroken(outlived_words(actor, batch))
    if not items:
        raise RuleBroken(_("Tidak ada kenaikan gaji berkala yang lengkap syaratnya pada bulan dan unit ini."))
    batch.unraised = [item.employee_id for item in items if not letters.is_raise(item)]  # type: ignore[attr-defined]
    items = [item for item in items if letters.is_raise(item)]
    if not items:
        raise RuleBroken(
            counted("Gaji pokok %(n)s orang ini tidak berubah oleh langkah berikutnya: %(names)s.",
                    len(batch.unraised), names=names_of(actor, batch.unraised))  # type: ignore[attr-defined]
        )  # fmt: skip
    have = set() if batch.reissue else issued.holders(earlier)
    batch.left_out = [item.employee_id for item in items if item.employee_id in have]
    items = [item for item in items if item.employee_id not in have]
    if not items:
        raise RuleBroken(
            _("Semua %(n)s orang sudah punya surat untuk KGB ini (%(names)s); pilih terbitkan ulang bila surat lama"
              " memang harus diganti.")
            % {"n": len(batch.left_out), "names": names_of(actor, batch.left_out)}
        )  # fmt: skip
    if len(items) > MOST:
        raise RuleBroken(_("Paling banyak %(n)s surat sekaligus; pilih unit.") % {"n": MOST})
    batch.people = [item.pk for item in items]
    batch.employees = [item.employee_id for item in items]


def _outlived(items: list[AgendaItem]) -> list[int]:
    """Return who no longer works on the day of the increment, by the register of now: post, age or exit may have
    changed since the case was computed. Two queries, none without cases."""
    leaving = _leaving([item.employee_id for item in items], dates.today())
    return [
        item.employee_id for item in items
        if item.employee_id in leaving and is_outlived(Kind.INCREMENT, item.due_on, leaving[item.employee_id].on)
    ]  # fmt: skip


def _leaving(people: list[int], day: date) -> dict[int, letters.Leaving]:
    """Return when each leaves, by the posts of `day`: the pension, or an exit on record before it. Two queries, none
    for nobody; one more where an exit comes first."""
    if not people:
        return {}
    rows = register.with_retirement(register.with_post(Employee.objects.filter(pk__in=people), day), day)
    known = {pk: (pension, leaves) for pk, pension, leaves in rows.values_list("pk", "retires_on", "exits_on")}
    found = {pk: letters.Leaving(pension, True) for pk, (pension, _exit) in known.items() if pension is not None}
    exits = {pk: leaves for pk, (pension, leaves) in known.items() if leaves and (not pension or leaves < pension)}
    pensioned = histories.pensioned(exits) if exits else set()
    return found | {pk: letters.Leaving(leaves, pk in pensioned) for pk, leaves in exits.items()}


def outlived_words(user: User, batch: LetterBatch) -> str:
    """Who has no letter, since they will have left by then."""
    people = batch.outlived  # type: ignore[attr-defined]
    return counted(
        "%(n)s orang tanpa surat karena sudah pensiun atau berhenti pada tanggal KGB-nya: %(names)s.",
        len(people), names=names_of(user, people),
    )  # fmt: skip


def _number(batch: LetterBatch) -> None:
    """Take the numbers of the batch; refused while one of them stands on a letter of the same year."""
    batch.last_number = batch.first_number + len(batch.people) - 1
    wanted = [letters.number_of(batch, each) for each in range(len(batch.people))]
    used = issued.taken(batch.agency_id, batch.signed_on.year, wanted)
    if used:
        free = issued.next_number(batch.agency_id, batch.number_pattern, batch.signed_on.year)
        raise RuleBroken(
            _("Nomor %(number)s sudah dipakai pada tahun %(year)s (%(n)s nomor bertabrakan); nomor pertama yang bebas"
              " dengan pola ini: %(free)s.")
            % {"number": used[0], "year": batch.signed_on.year, "n": len(used), "free": free}
        )  # fmt: skip


def _replace(earlier: list[LetterBatch], batch: LetterBatch) -> None:
    """Mark the letters of `earlier` whose people have one in the new batch as replaced."""
    again = set(batch.employees)
    for before in earlier:
        gone = [person for person in issued.valid(before) if person in again]
        if gone:
            before.replaced += gone
            before.save(update_fields=["employees", "replaced"])


def names_of(user: User, people: list[int]) -> str:
    """Return the first names of `people`, and how many others there are."""
    found = [person.full_name for person in issued.named(user, people, NAMED)]
    more = len(people) - len(found)
    return ", ".join(found) + (_(" dan %(n)s lainnya") % {"n": more} if more > 0 else "")


@transaction.atomic
def try_again(*, batch: LetterBatch, actor: User) -> Run:
    """Ask anew for the letters of a batch whose run failed and return the new run; the open one while there is one.

    Who may ask for letters and sees the batch. Raises NotAllowed or RuleBroken (written already). The agency's scope is
    open.
    """
    permissions.check_may_write_letters(actor)
    if batch.unit is not None:
        permissions.check_in_scope(actor, batch.unit)
    # Two who press at once: the second sees what the first asked for.
    seen = LetterBatch.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=batch.pk)
    row = seen.select_related("run", "agency").first()
    if row is None:
        raise NotAllowed(_("Peran Anda tidak mencakup surat ini."))
    if row.cancelled_as or (row.stored_as and row.cancelled_on is None):
        raise RuleBroken(_("Surat-surat ini sudah ditulis."))
    if row.cancelled_on is not None and not row.stored_as:
        raise RuleBroken(_("Surat-surat ini dibatalkan sebelum ditulis."))
    if row.run is not None and row.run.is_open:
        return row.run
    return _ask(row, actor)


def _ask(batch: LetterBatch, actor: User) -> Run:
    run, _is_new = request_run(agency=batch.agency, kind=KIND, parameters={"batch": batch.pk}, actor=actor)
    batch.run = run
    batch.save(update_fields=["run"])
    return run


@transaction.atomic
def cancel(*, batch: LetterBatch, reason: str, actor: User) -> LetterBatch:
    """Cancel the letters of a batch as a whole, from today; `reason`: a code of `reasons`, for the trail too.

    Their numbers stay taken; cases move nowhere, for letters moved none, and may have new letters. Letters of before
    that these replaced do not come back. Raises NotAllowed, or RuleBroken: cancelled or replaced already, still being
    written, a case that was decreed or an increment on record by one of the numbers.
    """
    permissions.check_may_write_letters(actor)
    if batch.unit is not None:
        permissions.check_in_scope(actor, batch.unit)
    _one_at_a_time(batch.agency_id)
    seen = LetterBatch.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=batch.pk)
    row = seen.select_related("run", "agency", "unit").first()
    if row is None:
        raise NotAllowed(_("Peran Anda tidak mencakup surat ini."))
    with at_field("reason"):
        code = reasons.told(reason, coded=True)
    _check_may_cancel(row, actor)
    with agency_scope(row.agency_id, user_id=actor.pk, reason=code):
        row.cancelled_on, row.cancelled_by, row.cancel_reason = dates.today(), actor, code
        row.save(update_fields=["cancelled_on", "cancelled_by", "cancel_reason"])
        if row.stored_as and len(row.people) <= AT_ONCE:
            mark_cancelled(row)
        elif row.stored_as:
            _ask(row, actor)
    return row


def _check_may_cancel(batch: LetterBatch, actor: User) -> None:
    if batch.cancelled_on is not None:
        raise RuleBroken(_("Surat-surat ini sudah dibatalkan pada %(day)s.") % {"day": formats.day(batch.cancelled_on)})
    if batch.run is not None and batch.run.is_open:
        raise RuleBroken(_("Surat-surat ini masih ditulis; batalkan sesudah selesai."))
    issued.fill_in([batch])
    people = issued.valid(batch)
    if not people:
        raise RuleBroken(_("Semua surat ini sudah diganti surat yang lebih baru; tidak ada yang dibatalkan."))
    numbers = issued.numbers(batch)
    # Held: no case is decreed by a number that is being cancelled.
    cases = AgendaItem.objects.select_for_update(of=("self",)).filter(
        agency=batch.agency_id, kind=Kind.INCREMENT, employee__in=people, due_on__year=batch.month.year,
        due_on__month=batch.month.month,
    )  # fmt: skip
    gone = {case.employee_id for case in cases.order_by("pk") if case.state == State.DECREED}
    # Numbers are encrypted: they are asked in Python.
    granted = SalaryIncrement.objects.filter(agency=batch.agency_id, employee__in=people).order_by("pk")
    gone |= {each.employee_id for each in granted if each.decree == numbers[each.employee_id]}
    if gone:
        raise RuleBroken(
            counted(
                "Kenaikan gaji %(n)s orang sudah ditetapkan atau tercatat (%(names)s); suratnya tidak dapat"
                " dibatalkan.",
                len(gone), names=names_of(actor, sorted(gone)),
            )
        )  # fmt: skip


def mark_cancelled(batch: LetterBatch, *, seconds: float | None = None) -> None:
    """Keep beside the file of a cancelled batch one that says so on every page; one that is there stays."""
    if batch.cancelled_as or batch.cancelled_on is None:
        return
    code = batch.agency.code
    with storage.opened(code, batch.stored_as, AREA) as file:
        content = letters.cancelled(file.read(), batch.cancelled_on, seconds=seconds)
    batch.cancelled_as = storage.keep(code, io.BytesIO(content), AREA).name
    batch.save(update_fields=["cancelled_as"])


def cases(user: Any, month: date, unit: Any, *, complete: bool) -> Any:
    """Return the open increments due in a month, by unit and name; `complete`: those that lack nothing, whatever the
    user may know of it, so that the same letters come of it whoever makes them."""
    rows = queries.items(user).filter(
        kind=Kind.INCREMENT, due_on__year=month.year, due_on__month=month.month, is_due=True
    )
    rows = rows.exclude(state=AgendaItem.State.DECREED)
    if unit is not None:
        rows = register.of_unit_and_below(rows, unit, month, "employee__unit")
    if complete:
        rows = rows.filter(missing=[], held="")
    return rows.order_by("employee__unit__name", "employee__name", "pk")


def write(batch: LetterBatch, *, seconds: float | None = None) -> int:
    """Write and keep the PDF of a batch; return how many letters. A batch that has its file stays as it is. `seconds`
    as in `asnhr.pdf.render`."""
    if batch.stored_as:
        return 0
    rows = AgendaItem.objects.filter(agency=batch.agency_id, pk__in=batch.people)
    by_key = {item.pk: item for item in rows.select_related("employee__unit").order_by("pk")}
    # The place in the batch is the number: who left the register since takes it along.
    items = [by_key.get(key) for key in batch.people]
    people = [item.employee for item in items if item is not None]
    register.attach_posts(people, batch.signed_on)
    posts = {person.pk: str(post.position.job) for person in people if (post := register.post_of(person))}
    agency = Agency.objects.get(pk=batch.agency_id)
    decrees = issued.last_decrees(by_key.values())
    leaving = _leaving([person.pk for person in people], batch.signed_on)
    content, count = letters.pdf(batch, agency, items, posts, decrees, leaving, seconds=seconds)
    kept = storage.keep(agency.code, io.BytesIO(content), AREA)
    batch.stored_as, batch.sha256, batch.size = kept.name, kept.sha256, kept.size
    batch.save(update_fields=["stored_as", "sha256", "size"])
    return count


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Write the letters of a batch (`asnhr.services.execute` calls it in the agency's scope and one transaction)."""
    batch = LetterBatch.objects.select_for_update(of=("self",)).get(pk=run.parameters["batch"])
    progress.at(gettext_noop("Menulis surat"), done=0, total=len(batch.people))
    if batch.cancelled_on is None:
        count = write(batch, seconds=SECONDS_IN_RUN)
    else:
        mark_cancelled(batch, seconds=SECONDS_IN_RUN)
        count = len(batch.people)
    progress.at(gettext_noop("Selesai"), done=len(batch.people))
    return {"counts": {"letters": count}, "problems": [], "result_path": f"/penjagaan/surat/{batch.pk}/"}


def kept_files(agency: Agency) -> list[str]:
    """Return the names of the kept letters of an agency, for the rotation of keys."""
    rows = LetterBatch.objects.filter(agency=agency).exclude(stored_as="")
    pairs = rows.order_by("pk").values_list("stored_as", "cancelled_as")
    return [name for pair in pairs for name in pair if name]
