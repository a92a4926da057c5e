"""Dictionary and standards: drafted, decided by another person, in force by day; a closed post says how it went on."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope, set_scope
from positions.models import (
    Incumbency,
    JobCompetency,
    JobStandard,
    Position,
    StandardRequirement,
    TechnicalCompetency,
    TechnicalCompetencyVersion,
)
from positions.pages import simplification as pages
from positions.queries import details
from positions.queries import simplification as reads
from positions.rules.competency_standard import REQUIRED
from positions.services import dictionary, simplification, standards
from positions.services.restructure import Decree, convert_position
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
DECREE = Decree("061/9/2026", date(2026, 11, 1), date(2026, 11, 10))


@pytest.fixture
def agency():
    agency = api_world.medan()
    set_scope(agency.pk)
    return agency


@pytest.fixture
def people(agency):
    """Who drafts, and two who decide."""
    return [
        with_access(user_with(agency, role), agency) for role in ("bagian_organisasi", "pyb", "ppk")
    ]  # fmt: skip


@pytest.fixture
def job(agency):
    return make.JobFactory(agency=agency, group="manajerial", level="ADMINISTRATOR", echelon="III.a")


def in_force(actors, job, decree=DECREE, **content):
    """Return a standard that was drafted, submitted and decided."""
    drafter, decider, _ppk = actors
    made = standards.start(actor=drafter, job=job)
    standards.change(actor=drafter, standard=made, **content)
    standards.submit(actor=drafter, standard=made)
    return standards.decide(actor=decider, standard=made, decree=decree)


def described(actors, code="t.org.1"):
    drafter, decider, _ppk = actors
    made = dictionary.add(actor=drafter, code=code, name="Analisis jabatan", affair="Organisasi")
    levels = {level: (f"Uraian {level}", ["Perilaku", " "]) for level in range(1, 6)}
    dictionary.change(actor=drafter, version=made, definition="Kemampuan menganalisis.", levels=levels)
    dictionary.submit(actor=drafter, version=made)
    return dictionary.decide(actor=decider, version=made, decree=Decree("061/8", date(2026, 1, 2), date(2026, 1, 2)))


def test_a_standard_is_drafted_by_rule_decided_by_another_and_followed_by_a_copy(people, job):
    technical = described(people).competency
    first = standards.start(actor=people[0], job=job)
    levels = {line.of.code: line.level for line in first.competencies.all()}
    assert levels == dict.fromkeys(REQUIRED, 3)

    wanted = levels | {technical.code: 4}
    lines = {"pelatihan_teknis": [("Diklat ABK", "mutlak"), (" ", "")], "indikator": [("Nilai SAKIP", "")]}
    standards.change(actor=people[0], standard=first, levels=wanted, requirements=lines, affair="Organisasi")
    standards.submit(actor=people[0], standard=first)
    with pytest.raises(NotAllowed):
        standards.decide(actor=people[0], standard=first, decree=DECREE)
    first = standards.decide(actor=people[1], standard=first, decree=DECREE)

    assert (first.state, first.facts["level"], first.decided_by) == ("ditetapkan", "ADMINISTRATOR", people[1])
    with pytest.raises(RuleBroken, match="tidak diubah"):
        standards.change(actor=people[0], standard=first, levels=levels)
    later = Decree("061/10/2026", date(2027, 1, 2), date(2027, 2, 1))
    told = [("Diklat ABK", "mutlak"), ("Nilai SAKIP", "")]
    second = in_force(people, job, later, levels=wanted | {"M.1": 4})
    first.refresh_from_db()
    assert (second.number, first.ends_on, second.affair) == (2, later.starts_on, "Organisasi")
    assert list(second.requirements.order_by("-kind").values_list("text", "weight")) == told
    of_day = [{line.of.code: line.level for line in details.competencies_of(job, day)} for day in
              (DECREE.starts_on, date(2027, 1, 31), later.starts_on)]  # fmt: skip
    assert [each["M.1"] for each in of_day] == [3, 3, 4]
    assert list(of_day[0]) == [*REQUIRED, "T.ORG.1"]
    assert details.competencies_of(job, date(2026, 11, 9)) == []
    with pytest.raises(RuleBroken, match="pilih tanggal sesudahnya"):
        in_force(people, job, Decree("x", date(2027, 1, 2), date(2027, 2, 1)))


def test_what_is_incomplete_unknown_or_not_in_force_yet_is_refused(people, job):
    drafter, decider, ppk = people
    made = standards.start(actor=drafter, job=job)
    with pytest.raises(RuleBroken, match="Masih ada versi"):
        standards.start(actor=drafter, job=job)
    for levels, message in (({"M.1": 6}, "1 sampai 5"), ({"T.X": 2}, "tidak dikenal: T.X")):
        with pytest.raises(RuleBroken, match=message):
            standards.change(actor=drafter, standard=made, levels=levels)
    standards.change(actor=drafter, standard=made, levels={"M.1": 3})
    with pytest.raises(RuleBroken, match="belum berlevel: M.2"):
        standards.submit(actor=drafter, standard=made)
    draft = dictionary.add(actor=drafter, code="T.1", name="Belum berlaku")
    with pytest.raises(RuleBroken, match="wajib diisi"):
        dictionary.submit(actor=drafter, version=draft)
    standards.change(actor=drafter, standard=made, levels=dict.fromkeys(REQUIRED, 3) | {"T.1": 2})
    standards.submit(actor=drafter, standard=made)
    with pytest.raises(RuleBroken, match="belum berlaku pada tanggal itu: T.1"):
        standards.decide(actor=decider, standard=made, decree=DECREE)
    with pytest.raises(RuleBroken, match="alasan"):
        standards.send_back(actor=ppk, standard=made, reason=" ")
    made = standards.send_back(actor=ppk, standard=made, reason="Kamus dahulu.")
    assert (made.state, made.reason) == ("dikembalikan", "Kamus dahulu.")
    standards.discard(actor=drafter, standard=made)
    assert not JobStandard.objects.filter(pk=made.pk).exists()
    dictionary.discard(actor=drafter, version=draft)
    assert not TechnicalCompetency.objects.filter(code="T.1").exists()


def test_nobody_else_drafts_or_decides_and_nobody_the_own_post(agency, people, job):
    unit = make.UnitFactory(agency=agency)
    made = standards.start(actor=people[0], job=job)
    standards.submit(actor=people[0], standard=made)
    foreign_agency = api_world.jambi()
    foreign = with_access(user_with(foreign_agency, "pyb"), foreign_agency)
    bound = with_access(user_with(agency, "admin_unit", unit), agency)
    for actor in (foreign, bound, with_access(user_with(agency, "staf_bkd"), agency)):
        with pytest.raises(NotAllowed):
            standards.start(actor=actor, job=job)
        with pytest.raises(NotAllowed):
            standards.decide(actor=actor, standard=made, decree=DECREE)
    holder = make.IncumbencyFactory(agency=agency, position=make.PositionFactory(agency=agency, job=job)).employee
    people[1].nip = holder.nip
    with pytest.raises(NotAllowed, match="jabatan sendiri"):
        standards.decide(actor=people[1], standard=made, decree=DECREE)
    assert not JobStandard.objects.visible_to(bound).filter(pk=made.pk).exists()
    assert not JobCompetency.objects.visible_to(bound).filter(standard=made).exists()
    decided = standards.decide(actor=people[2], standard=made, decree=DECREE)
    with pytest.raises(NotAllowed, match="jabatan sendiri"):
        standards.end(actor=people[1], standard=decided, ends_on=date(2027, 1, 1), decree="061/1/2027")


def test_a_technical_competency_ends_when_no_standard_asks_for_it(people, job):
    version = described(people)
    standard = in_force(people, job, levels=dict.fromkeys(REQUIRED, 3) | {"T.ORG.1": 3})
    successor = described(people, "T.ORG.2").competency
    ending = {"version": version, "ends_on": date(2027, 1, 1), "decree": "061/20"}
    with pytest.raises(RuleBroken, match="1 standar"):
        dictionary.end(actor=people[1], **ending)

    standards.end(actor=people[1], standard=standard, ends_on=date(2026, 12, 1), decree="061/19")
    ended = dictionary.end(actor=people[1], successor=successor, **ending)

    assert (ended.ends_on, ended.competency.successor) == (date(2027, 1, 1), successor)
    nothing = dictionary.start(actor=people[0], competency=version.competency)
    assert (nothing.number, nothing.definition) == (2, "Kemampuan menganalisis.")


@pytest.mark.parametrize(
    "broken",
    [
        lambda a, s, t: JobStandard.objects.filter(pk=s.pk).update(decree="lain"),
        lambda a, s, t: JobCompetency.objects.filter(standard=s).update(level=5),
        lambda a, s, t: StandardRequirement.objects.filter(standard=s).delete(),
        lambda a, s, t: TechnicalCompetencyVersion.objects.filter(pk=t.pk).update(definition="lain"),
        lambda a, s, t: make.JobStandardFactory(agency=a, job=s.job, number=2, starts_on=DAY),
        lambda a, s, t: make.JobStandardFactory(agency=a, number=1, decree=""),
        lambda a, s, t: make.JobStandardFactory(agency=a, drafted_by_id=1, decided_by_id=1),
        lambda a, s, t: make.JobStandardFactory(agency=a, state="diajukan", decree=""),
        lambda a, s, t: make.JobStandardFactory(agency=a, state="dikembalikan", decree=""),
        lambda a, s, t: make.JobStandardFactory(agency=a, ends_on=date(1990, 1, 1)),
        lambda a, s, t: [make.JobStandardFactory(agency=a, job=s.job, number=n, state="konsep") for n in (2, 3)],
        lambda a, s, t: make.JobCompetencyFactory(agency=a, standard=s, technical=t.competency),
        lambda a, s, t: make.JobCompetencyFactory(agency=a, standard=s, competency=None),
        lambda a, s, t: make.TechnicalCompetencyFactory(agency=a, code="M.3"),
        lambda a, s, t: make.TechnicalCompetencyFactory(agency=a, code=t.competency.code),
        lambda a, s, t: s.requirements.create(agency=a, kind="indikator", number=9, text="x", weight="perlu"),
        lambda a, s, t: s.requirements.create(agency=a, kind="pengalaman", number=9, text="x", weight=""),
        lambda a, s, t: make.PositionFactory(agency=a, closing_kind="dihapus"),
    ],
)
def test_the_database_says_no(broken, agency):
    standard = make.JobStandardFactory(agency=agency)
    make.JobCompetencyFactory(agency=agency, standard=standard)
    standard.requirements.create(agency=agency, kind="pengalaman", number=1, text="Dua tahun", weight="perlu")
    version = make.TechnicalVersionFactory(agency=agency)

    with pytest.raises(IntegrityError), transaction.atomic():
        broken(agency, standard, version)


# Simplified bureaucracy


def test_an_equalised_post_says_so_on_both_sides_with_who_went_along(agency, people, job):
    new_job = make.JobFactory(agency=agency, group="fungsional", level="AHLI_MUDA")
    held = make.IncumbencyFactory(agency=agency, position=make.PositionFactory(agency=agency, job=job))
    old = held.position

    made = convert_position(actor=people[0], position=old, job=new_job, decree=DECREE).result

    old.refresh_from_db()
    assert (old.closing_kind, old.closing_decree_on, old.successor) == ("disetarakan", DECREE.decided_on, made)
    (row,) = reads.predecessors(people[0], made, DAY)
    assert (row.pk, row.moved, pages.rule_of(row)) == (old.pk, 1, "lazimnya Ahli Madya")
    assert [each.employee for each in reads.people_of(old)] == [held.employee]
    assert Incumbency.objects.on(DAY).get(employee=held.employee).position == made


def test_a_post_closed_before_is_linked_afterwards(agency, people, job):
    drafter = people[0]
    old = make.PositionFactory(agency=agency, job=job, ends_on=date(2022, 1, 1))
    new = make.PositionFactory(
        agency=agency, job=make.JobFactory(agency=agency, group="fungsional", level="AHLI_MADYA")
    )
    told = {"actor": drafter, "position": old, "decree": "Perwali 80/2021", "decree_on": date(2021, 12, 30)}
    open_one = told | {"position": new}
    late = make.PositionFactory(agency=agency, starts_on=date(2023, 1, 1))
    structural = make.PositionFactory(agency=agency, job=job)
    for call, message in (
        (open_one | {"kind": "dihapus", "successor": None}, "belum ditutup"),
        (told | {"kind": "disetarakan", "successor": None}, "punya penerus"),
        (told | {"kind": "dihapus", "successor": new}, "punya penerus"),
        (told | {"kind": "dilebur", "successor": late}, "tidak ada pada tanggal penutupan"),
        (told | {"kind": "disetarakan", "successor": structural}, "menjadi jabatan fungsional"),
        (told | {"kind": "dilebur", "successor": new, "decree": " "}, "nomor keputusannya"),
    ):
        with pytest.raises(RuleBroken, match=message):
            simplification.record(**call)
    reader = with_access(user_with(agency, "auditor"), agency)
    with pytest.raises(NotAllowed):
        simplification.record(**told | {"actor": reader, "kind": "disetarakan", "successor": new})

    simplification.record(**told, kind="disetarakan", successor=new)

    found = Position.objects.get(pk=old.pk)
    assert (found.closing_kind, found.successor, found.closing_decree) == ("disetarakan", new, "Perwali 80/2021")


# Doors


def test_the_pages_take_a_standard_from_draft_to_force(client, agency, people, job, django_assert_max_num_queries):
    described(people)
    drafter, decider, _ppk = people
    client.force_login(drafter)
    client.post(reverse("standard-start", args=[job.pk]))
    with agency_scope(agency):
        made = JobStandard.objects.get(job=job)
    page, edit, move = (reverse(f"standard-{name}", args=[made.pk]) for name in ("detail", "edit", "move"))
    form = {f"level_{n}": 3 for n in range(9)} | {
        "add_1": "T.ORG.1", "add_level_1": 2, "education_weight": "mutlak", "rank_weight": "penting",
        "pelatihan_manajerial": "PKA (mutlak)\r\nLemhannas", "indikator": "Nilai SAKIP", "affair": "Organisasi",
    }  # fmt: skip
    refused = client.post(edit, form | {"add_level_1": ""})
    assert refused.status_code == 422
    assert client.post(edit, form).status_code == 302
    assert client.post(move, {"langkah": "submit"}).status_code == 302
    own = client.post(move, {"langkah": "decide", "decree": "1", "decree_on": "2026-01-01", "starts_on": "2026-01-01"})
    assert own.status_code == 403

    client.force_login(decider)
    assert client.post(move, {"langkah": "decide", "decree": "061/5"}).status_code == 422
    early = {"langkah": "decide", "decree": "061/5", "decree_on": "2026-02-01", "starts_on": "2026-01-15"}
    assert client.post(move, early).status_code == 422
    assert client.post(move, early | {"starts_on": "2026-02-01"}).status_code == 302
    with django_assert_max_num_queries(30):
        shown = client.get(page).content.decode()
    assert "T.ORG.1 Analisis jabatan" in shown
    assert "061/5" in shown
    printed = client.get(reverse("standard-pdf", args=[made.pk]))
    assert printed.content.startswith(b"%PDF")
    with agency_scope(agency):
        rows = list(StandardRequirement.objects.order_by("kind", "number").values_list("text", "weight"))
    assert rows == [("Nilai SAKIP", ""), ("PKA", "mutlak"), ("Lemhannas", "penting")]
    listed = client.get(reverse("standard-list"), {"keadaan": "berlaku"}).content.decode()
    assert str(job) in listed
    client.force_login(drafter)
    assert client.post(reverse("standard-start", args=[job.pk])).status_code == 302
    with agency_scope(agency):
        second = JobStandard.objects.get(job=job, number=2)
    compared = client.get(reverse("standard-compare", args=[second.pk])).content.decode()
    assert "Level kompetensi sama." in compared


def test_the_api_takes_a_technical_competency_to_force(client, agency, people):
    drafter, decider, _ppk = people
    client.force_login(drafter)

    def send(path, body=None, method="post"):
        return getattr(client, method)(f"/api/v1/{path}/", body or {}, content_type="application/json")

    made = send("technical-competencies", {"code": "t.1", "name": "Penataan arsip"}).json()
    (version,) = client.get(f"/api/v1/technical-versions/?competency={made['id']}").json()["results"]
    where = f"technical-versions/{version['id']}"
    assert send(f"{where}/submit").status_code == 409
    levels = [{"level": level, "text": f"Uraian {level}"} for level in range(1, 6)]
    changed = send(where, {"definition": "Kemampuan menata.", "levels": levels}, "patch")
    assert changed.json()["levels"]["1"] == {"text": "Uraian 1", "indicators": []}
    assert send(f"{where}/submit").json()["state"] == "diajukan"
    decree = {"decree": "061/6", "decree_on": "2026-01-02", "starts_on": "2026-01-02"}
    assert send(f"{where}/decide", decree).status_code == 403
    client.force_login(decider)
    assert send(f"{where}/decide", decree).json()["state"] == "ditetapkan"
    found = client.get("/api/v1/technical-versions/?in_force_on=2026-01-02").json()["results"]
    assert [row["id"] for row in found] == [version["id"]]
