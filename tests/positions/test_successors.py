"""Who goes on in the successor of a post: managerial posts are filled by appointment, misfits are told beforehand."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.errors import RuleBroken
from asnhr.scope import agency_scope
from positions.models import EducationLevel, Incumbency, Position
from positions.queries import register
from positions.rules import successors as rules
from positions.rules.levels import Level
from positions.rules.successors import Doubt, Refusal
from positions.services import restructure
from positions.services.restructure import Decree
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.structure_world import held_post
from tests.roles import user_with, with_access

DAY, TODAY = date(2026, 12, 1), date(2026, 11, 22)
DECREE = Decree("Perwali 12/2026", date(2026, 11, 20), DAY)
FORM = {"starts_on": "2026-12-01", "decree": "Perwali 12/2026", "decree_on": "2026-11-20"}
CLERK, SPECIALIST, HEAD, DIRECTOR = Level.PELAKSANA, Level.AHLI_MUDA, Level.PENGAWAS, Level.ADMINISTRATOR


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


# The rule


@pytest.mark.parametrize(
    ("old", "new", "merging", "held", "target_held", "expected"),
    [
        (CLERK, HEAD, True, True, False, Refusal.INTO_MANAGERIAL),
        (CLERK, HEAD, True, False, False, Refusal.INTO_MANAGERIAL),
        (CLERK, HEAD, False, True, False, Refusal.INTO_MANAGERIAL),
        (SPECIALIST, DIRECTOR, False, True, False, Refusal.INTO_MANAGERIAL),
        (HEAD, HEAD, True, True, True, Refusal.TWO_HEADS),
        (HEAD, HEAD, True, True, False, None),
        (HEAD, HEAD, True, False, True, None),
        (HEAD, HEAD, False, True, False, None),
        (HEAD, CLERK, True, True, True, Refusal.OUT_OF_MANAGERIAL),
        (HEAD, SPECIALIST, True, True, False, Refusal.OUT_OF_MANAGERIAL),
        (HEAD, CLERK, True, False, True, None),
        (HEAD, SPECIALIST, False, True, False, None),
        (HEAD, CLERK, False, True, False, Refusal.OUT_OF_MANAGERIAL),
        (CLERK, SPECIALIST, True, True, True, None),
        (SPECIALIST, CLERK, False, True, False, None),
    ],
)
def test_what_is_refused(old, new, merging, held, target_held, expected):
    assert rules.refusal(old, new, merging=merging, held=held, target_held=target_held) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (CLERK, CLERK, None),
        (CLERK, SPECIALIST, Doubt.OTHER_KIND),
        (HEAD, Level.AHLI_MUDA, None),
        (HEAD, Level.AHLI_MADYA, Doubt.EQUALISED_OTHERWISE),
        (Level.JPT_PRATAMA, Level.AHLI_UTAMA, Doubt.EQUALISED_OTHERWISE),
        (HEAD, DIRECTOR, Doubt.OTHER_KIND),
    ],
)
def test_what_is_unusual(old, new, expected):
    assert rules.doubt_of_kind(old, new) is expected


@pytest.mark.parametrize(
    ("kind", "is_head", "expected"),
    [
        ("kelurahan", True, Doubt.NOT_EQUALISED),
        ("kecamatan", True, Doubt.NOT_EQUALISED),
        ("puskesmas", True, Doubt.NOT_EQUALISED),
        ("kelurahan", False, None),
        ("bidang", True, None),
    ],
)
def test_heads_of_territorial_and_self_standing_units_are_not_equalised(kind, is_head, expected):
    """establishment.md 7.4 [M]: a Lurah stays; a head of a section in a kelurahan does not."""
    stays = rules.stays_structural(kind, is_head=is_head)

    assert rules.doubt_of_kind(HEAD, Level.AHLI_MUDA, stays=stays) is expected
    assert rules.doubt_of_kind(HEAD, DIRECTOR, stays=stays) is Doubt.OTHER_KIND


@pytest.mark.parametrize(
    ("rank", "level", "bounds", "fits"),
    [
        (33, Level.AHLI_MUDA, {}, True),
        (32, Level.AHLI_MUDA, {}, False),
        (41, Level.AHLI_MUDA, {"highest": 41}, True),
        (None, Level.AHLI_MUDA, {}, True),
        (11, Level.PELAKSANA, {"lowest": 21}, True),
        (32, Level.PENGAWAS, {"echelon": "IV.a"}, False),
        (32, Level.PENGAWAS, {"echelon": "IVB"}, True),
        (11, Level.PENGAWAS, {}, True),
    ],
)
def test_a_rank_fits_by_the_posts_own_bounds_else_by_its_level_or_echelon(rank, level, bounds, fits):
    assert rules.rank_fits(rank, level, **bounds) is fits


@pytest.mark.parametrize(("level", "is_pppk", "fits"), [(HEAD, True, False), (HEAD, False, True), (CLERK, True, True)])
def test_pppk_hold_managerial_posts_only_where_a_regulation_opens_them(level, is_pppk, fits):
    assert rules.status_fits(level, is_pppk=is_pppk) is fits


# Services


@pytest.fixture
def medan(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def officer(medan):
    return with_access(user_with(medan, "bagian_organisasi", username="organisasi"), medan)


@pytest.fixture
def office(medan):
    root = make.UnitFactory(agency=medan, name="Kota")
    return make.UnitFactory(agency=medan, name="Kecamatan Belawan", parent=root)


@pytest.fixture
def unit(medan, office):
    return make.UnitFactory(agency=medan, name="Kelurahan Bagan Deli", parent=office)


def job(agency, name, level=Level.PELAKSANA, **facts):
    group = {"PELAKSANA": "pelaksana", "PENGAWAS": "manajerial", "ADMINISTRATOR": "manajerial"}.get(level, "fungsional")
    return make.JobFactory(agency=agency, name=name, level=level.value, group=group, **facts)


def k_of(position):
    return register.with_figures(Position.objects.filter(pk=position.pk), DAY).get().k


def test_who_equalises_a_lurah_is_told_that_it_is_not_done(medan, officer, unit):
    type(unit).objects.filter(pk=unit.pk).update(kind="kelurahan")
    unit.refresh_from_db()
    lurah = held_post(
        medan, unit, need=1, people=1, is_head=True, job=job(medan, "Lurah", Level.PENGAWAS, echelon="IV.a")
    )
    analyst = job(medan, "Analis", Level.AHLI_MUDA)

    done = restructure.convert_position(actor=officer, position=lurah, job=analyst, decree=DECREE)

    assert [each for each in done.warnings if "tidak disetarakan" in each] == [
        "Kepala unit kewilayahan atau unit mandiri tidak disetarakan, jadi tidak lazim menjadi Ahli Muda"
        f" (PermenPANRB 17/2021, tanda [M]: periksa naskahnya): {lurah.incumbencies.get().employee.full_name}."
    ]


def test_nobody_becomes_a_head_by_a_merger_and_five_are_named(medan, officer, unit):
    clerks = held_post(medan, unit, need=6, people=6, job=job(medan, "Pengadministrasi"))
    head = held_post(medan, unit, need=1, people=0, job=job(medan, "Kepala Seksi", Level.PENGAWAS))

    with pytest.raises(
        RuleBroken, match="Kepala Seksi .* adalah jabatan manajerial.*diisi dengan pengangkatan"
    ) as refused:
        restructure.merge_positions(actor=officer, positions=[clerks], target=head, decree=DECREE)

    told = str(refused.value)
    assert "Pengadministrasi · Kelurahan Bagan Deli" in told
    assert told.count("Pegawai Contoh") == 5
    assert "dan 1 orang lagi" in told
    assert not Incumbency.objects.filter(position=head).exists()


def test_nobody_becomes_a_head_by_a_conversion(medan, officer, unit):
    clerks = held_post(medan, unit, need=3, people=3, job=job(medan, "Penelaah"))

    with pytest.raises(RuleBroken, match="Kepala Bidang adalah jabatan manajerial"):
        restructure.convert_position(
            actor=officer, position=clerks, job=job(medan, "Kepala Bidang", Level.ADMINISTRATOR), decree=DECREE
        )


def test_two_held_heads_are_not_merged_but_a_vacant_one_takes_the_holder_and_keeps_its_k(medan, officer, unit, office):
    one = held_post(medan, unit, need=1, people=1, job=job(medan, "Kepala Seksi A", Level.PENGAWAS))
    two = held_post(medan, unit, need=1, people=1, job=job(medan, "Kepala Seksi B", Level.PENGAWAS))
    vacant = held_post(medan, office, need=1, people=0, job=job(medan, "Kepala Seksi C", Level.PENGAWAS))
    merge = {"actor": officer, "positions": [one], "decree": DECREE}

    with pytest.raises(RuleBroken, match="sama-sama terisi"):
        restructure.merge_positions(target=two, **merge)
    with pytest.raises(RuleBroken, match="tetap 1"):
        restructure.merge_positions(target=vacant, number=2, **merge)
    restructure.merge_positions(target=vacant, **merge)

    assert k_of(vacant) == 1
    assert vacant.seats.decided(DAY).count() == 1
    held = Incumbency.objects.get(position=vacant)
    assert vacant.seats.decided(DAY).filter(pk=held.seat_id).exists()


def test_two_heads_do_not_meet_in_a_third_by_one_decision(medan, officer, unit, office):
    heads = [
        held_post(medan, unit, need=1, people=1, job=job(medan, f"Kepala Seksi {name}", Level.PENGAWAS))
        for name in "AB"
    ]
    vacant = held_post(medan, office, need=1, people=0, job=job(medan, "Kepala Seksi C", Level.PENGAWAS))

    with pytest.raises(RuleBroken, match="sama-sama terisi"):
        restructure.merge_positions(actor=officer, positions=heads, target=vacant, decree=DECREE)


def test_a_merger_of_units_does_not_make_two_of_one_head(medan, officer, unit, office):
    kasi = job(medan, "Kepala Seksi Pelayanan", Level.PENGAWAS)
    other = make.UnitFactory(agency=medan, name="Kelurahan Belawan", parent=office)
    going = held_post(medan, unit, need=1, people=1, job=kasi)
    stays = held_post(medan, other, need=1, people=1, job=kasi)
    merge = {"actor": officer, "units": [unit], "target": other, "decree": DECREE}

    with pytest.raises(RuleBroken, match="Kelurahan Bagan Deli dan .*Kelurahan Belawan sama-sama terisi.*Pegawai"):
        restructure.merge_units(**merge)
    Incumbency.objects.filter(position=going).update(ends_on=DAY)
    restructure.merge_units(**merge)

    going.refresh_from_db()
    assert (going.successor, k_of(stays)) == (stays, 1)
    assert stays.seats.decided(DAY).count() == 1
    assert not stays.seats.on(DAY).filter(kind="di_luar_formasi").exists()


def test_two_units_that_merge_into_a_third_bring_one_head(medan, officer, unit, office):
    kasi = job(medan, "Kepala Seksi Pelayanan", Level.PENGAWAS)
    other = make.UnitFactory(agency=medan, name="Kelurahan Belawan", parent=office)
    for each in (unit, other):
        held_post(medan, each, need=1, people=1, job=kasi)
    third = make.UnitFactory(agency=medan, name="Kelurahan Sicanang", parent=office)

    with pytest.raises(RuleBroken, match="sama-sama terisi"):
        restructure.merge_units(actor=officer, units=[unit, other], target=third, decree=DECREE)


def test_a_head_is_equalised_but_not_merged_away_nor_made_a_clerk(medan, officer, unit):
    head = held_post(medan, unit, need=1, people=1, job=job(medan, "Kepala Seksi", Level.PENGAWAS))
    clerks = held_post(medan, unit, job=job(medan, "Pengadministrasi"))

    with pytest.raises(RuleBroken, match="masih terisi.*setarakan"):
        restructure.merge_positions(actor=officer, positions=[head], target=clerks, decree=DECREE)
    with pytest.raises(RuleBroken, match="masih terisi"):
        restructure.convert_position(actor=officer, position=head, job=job(medan, "Penelaah"), decree=DECREE)
    done = restructure.convert_position(
        actor=officer, position=head, job=job(medan, "Analis Kebijakan", Level.AHLI_MUDA), decree=DECREE
    )

    head.refresh_from_db()
    assert (head.closing_kind, len(done.people), done.warnings) == ("disetarakan", 1, [])


def test_misfits_are_told_with_names_and_cause(medan, officer, unit):
    wanted = job(
        medan,
        "Analis",
        Level.AHLI_MUDA,
        education_level=EducationLevel.objects.get(code="40"),
        rank_min=33,
        rank_max=34,
    )
    clerks = held_post(medan, unit, people=0, job=job(medan, "Pengadministrasi"))
    school = EducationLevel.objects.get(code="15")
    for name, status, rank in (("Siti", "PNS", 31), ("Budi", "PPPK", None)):
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name=name, status=status, rank=rank, education_level=school
        )
        make.IncumbencyFactory(agency=medan, position=clerks, employee=person)

    done = restructure.convert_position(actor=officer, position=clerks, job=wanted, decree=DECREE)

    assert done.warnings == [
        "Jenjangnya lain, dari Pelaksana menjadi Ahli Muda: Budi, Siti.",
        "Pendidikannya di bawah syarat Analis (S-1/Sarjana): Budi, Siti.",
        "Pangkatnya di luar rentang Analis: Siti.",
    ]


def test_a_pppk_head_who_goes_on_as_another_head_is_told(medan, officer, unit):
    head = held_post(medan, unit, need=1, people=0, job=job(medan, "Kepala Seksi A", Level.PENGAWAS))
    person = make.EmployeeFactory(agency=medan, unit=unit, name="Budi", status="PPPK", rank=None)
    make.IncumbencyFactory(agency=medan, position=head, employee=person, seat=head.seats.get())
    person.educations.create(agency=medan, level_id="40", name="Ilmu Hukum")
    other = job(medan, "Kepala Seksi B", Level.PENGAWAS, education_level_id="40")
    other.education_fields.create(agency=medan, field="ILMU KEUANGAN")

    done = restructure.convert_position(actor=officer, position=head, job=other, decree=DECREE)

    assert done.warnings == [
        "PPPK pada jabatan manajerial hanya bila peraturan membukanya: Budi.",
        "Bidang pendidikannya tidak sesuai dengan syarat Kepala Seksi B: Budi.",
    ]


def test_what_is_told_costs_the_same_for_many_people(medan, officer, unit):
    costs = []
    for people in (1, 12):
        clerks = held_post(medan, unit, need=people, people=people)
        wanted = job(medan, f"Analis {people}", Level.AHLI_MUDA, education_level=EducationLevel.objects.get(code="40"))
        with CaptureQueriesContext(connection) as queries:
            restructure.convert_position(actor=officer, position=clerks, job=wanted, decree=DECREE)
        costs.append(len(queries))

    assert costs[0] == costs[1]


# Pages and API


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def page(client, name, pk, **query):
    return client.get(reverse(name, args=[pk]), query).content.decode()


def test_the_preview_shows_what_does_not_fit_and_the_page_refuses_a_head(medan, officer, unit):
    clerks = held_post(medan, unit, job=job(medan, "Pengadministrasi"))
    target = held_post(medan, unit, job=job(medan, "Analis", Level.AHLI_MUDA))
    head = held_post(medan, unit, need=1, people=0, job=job(medan, "Kepala Seksi", Level.PENGAWAS))
    client, where = browser(officer), reverse("position-merge", args=[clerks.pk])

    shown = client.post(f"{where}?ke={target.pk}", FORM).content.decode()
    refused = client.post(f"{where}?ke={head.pk}", FORM)

    assert "Jenjangnya lain, dari Pelaksana menjadi Ahli Muda" in shown
    assert "Pratinjau keadaan" in shown
    assert refused.status_code == 422
    assert "jabatan manajerial" in refused.content.decode()


def test_a_head_takes_no_number(medan, officer, unit):
    one = held_post(medan, unit, need=1, people=0, job=job(medan, "Kepala Seksi A", Level.PENGAWAS))
    two = held_post(medan, unit, need=1, people=0, job=job(medan, "Kepala Seksi B", Level.PENGAWAS))

    shown = page(browser(officer), "position-merge", one.pk, ke=two.pk)

    assert 'name="number"' not in shown
    assert "K jabatan manajerial tetap" in shown


def test_the_picker_offers_the_same_kind_first(medan, officer, unit, office):
    clerk = job(medan, "Pengadministrasi")
    own = held_post(medan, unit, job=clerk)
    beside = held_post(medan, unit, job=job(medan, "Penelaah"))
    above = held_post(medan, office, job=clerk)
    head = held_post(medan, unit, need=1, people=0, job=job(medan, "Penata Kepala", Level.PENGAWAS))
    client = browser(officer)

    offered = page(client, "position-merge", own.pk)
    searched = page(client, "position-merge", own.pk, q="pen")

    assert f"?ke={beside.pk}" in offered
    assert f"?ke={above.pk}" not in offered
    assert f"?ke={head.pk}" not in offered + searched
    assert f"?ke={above.pk}" in page(client, "position-merge", own.pk, q="pengadministrasi")
    # Where the unit has none of the kind, its office's are offered.
    assert f"?ke={beside.pk}" in page(client, "position-merge", above.pk)


def test_the_picker_of_names_offers_no_managerial_one_to_others(medan, officer, unit):
    clerks = held_post(medan, unit, job=job(medan, "Pengadministrasi"))
    wanted, head = job(medan, "Analis Data", Level.AHLI_MUDA), job(medan, "Kepala Data", Level.PENGAWAS)
    section = held_post(medan, unit, need=1, job=job(medan, "Kepala Seksi", Level.PENGAWAS), people=0)
    client = browser(officer)

    shown = page(client, "position-convert", clerks.pk, q="data")

    assert f"?job={wanted.pk}" in shown
    assert f"?job={head.pk}" not in shown
    assert f"?job={head.pk}" in page(client, "position-convert", section.pk, q="data")


def test_the_api_refuses_a_head_and_tells_what_does_not_fit(medan, officer, unit):
    clerks = held_post(medan, unit, job=job(medan, "Pengadministrasi"))
    wanted, head = job(medan, "Analis", Level.AHLI_MUDA), job(medan, "Kepala Seksi", Level.PENGAWAS)
    client, where = browser(officer), f"/api/v1/positions/{clerks.pk}/convert/"

    refused = client.post(where, FORM | {"job_id": head.pk, "preview": True}, content_type="application/json")
    seen = client.post(where, FORM | {"job_id": wanted.pk, "preview": True}, content_type="application/json").json()

    assert refused.status_code == 409
    assert "jabatan manajerial" in refused.json()["detail"]
    assert seen["warnings"][0].startswith("Jenjangnya lain")
