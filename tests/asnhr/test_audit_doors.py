"""Histories, the auditor's search, readings of the NIK and openings: who sees what, in words, at what cost."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from asnhr import crypto
from asnhr.audit import apart, opening, reading, words
from asnhr.audit.declared import FULL, by_table
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, AuditOpening, AuditSecret
from asnhr.scope import agency_scope
from positions.models import AgendaItem, AgendaStep, Employee
from positions.services import identity
from tests import api_world
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, JobFactory, PositionFactory, UnitFactory
from tests.positions.test_admin_lists import MAKE_IN_AGENCY, MAKE_IN_UNIT
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
NIK = "1271010101700001"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def person(medan):
    """Somebody whose unit, rank and telephone changed, and who holds a post."""
    with agency_scope(medan, None, "persiapan"):
        root = UnitFactory(agency=medan, name="Pemerintah Kota Medan")
        old = UnitFactory(agency=medan, name="Dinas Lama", parent=root)
        new = UnitFactory(agency=medan, name="Kecamatan Medan Belawan", parent=root)
        made = EmployeeFactory(
            agency=medan, unit=old, name="Siti", phone="0811000111", nik=NIK, nik_hash=crypto.lookup_hash(NIK)
        )
        made.unit, made.legal_status, made.phone = new, "02", "0822000222"
        made.save()
        IncumbencyFactory(
            agency=medan, employee=made,
            position=PositionFactory(agency=medan, unit=new, job=JobFactory(agency=medan, name="Lurah")),
        )  # fmt: skip
    return made


def signed_in(client, agency, role, *units, **fields):
    user = user_with(agency, role, *units, **fields)
    client.force_login(user)
    return user


def history(client, person, **query):
    return client.get(reverse("audit-history", args=["positions_employee", person.pk]), query)


# Histories


def test_the_history_says_in_words_what_changed(client, medan, person):
    signed_in(client, medan, "staf_bkd")

    text = history(client, person).content.decode()

    assert "Dinas Lama" in text
    assert "Kecamatan Medan Belawan" in text
    assert "unit kerja" in text
    assert "persiapan" in text
    assert "pemangku jabatan" in text
    assert "Lurah" in text
    for secret in ("0811000111", "0822000222", NIK):
        assert secret not in text


def test_the_detail_page_leads_to_the_history(client, medan, person):
    signed_in(client, medan, "staf_bkd")

    page = client.get(reverse("employee-detail", args=[person.pk])).content.decode()

    assert reverse("audit-history", args=["positions_employee", person.pk]) in page


def test_names_out_of_scope_stay_out_of_the_history(client, medan, person):
    signed_in(client, medan, "admin_unit", person.unit)

    text = history(client, person).content.decode()

    assert "Kecamatan Medan Belawan" in text
    assert "Dinas Lama" not in text
    assert "di luar cakupan" in text


@pytest.mark.parametrize(("role", "status"), [("pegawai", 404), ("pusat", 403), ("auditor", 200), ("staf_bkd", 200)])
def test_who_may_read_a_history(role, status, client, medan, person):
    signed_in(client, medan, role)

    assert history(client, person).status_code == status


def test_histories_of_other_units_and_agencies_do_not_exist(client, medan, person):
    with agency_scope(medan):
        other = UnitFactory(agency=medan)
    signed_in(client, medan, "admin_unit", other)
    assert history(client, person).status_code == 404

    signed_in(client, api_world.jambi(), "auditor")
    assert history(client, person).status_code == 404


def test_a_history_leaves_related_rows_out_that_are_out_of_sight_as_a_whole(client, medan):
    """A district's admin sees the proposal and lines of the district, of the agency's versions none."""
    with agency_scope(medan, None, "persiapan"):
        unit = UnitFactory(agency=medan, name="Kecamatan Medan Belawan")
        proposal = api_world.IN_AGENCY["formation-proposals"](medan, unit)
        proposal.version = 2
        proposal.save()
        MAKE_IN_AGENCY["formationversion"](medan, unit)
    address = reverse("audit-history", args=["positions_formationproposal", proposal.pk])

    signed_in(client, medan, "admin_unit", unit)
    body = client.get(address)
    assert body.status_code == 200
    assert "diajukan" not in body.content.decode()
    assert (
        client.get(reverse("audit-history", args=["positions_formationproposal", proposal.pk + 99])).status_code == 404
    )
    signed_in(client, api_world.jambi(), "staf_bkd")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("table", ["positions_needsresult", "asnhr_user", "audit_entry", "positions_decision"])
def test_tables_without_values_or_right_have_no_history(table, client, medan):
    signed_in(client, medan, "admin_daerah")

    assert client.get(reverse("audit-history", args=[table, 1])).status_code == 404


def test_a_history_costs_the_same_for_one_change_and_for_twenty(client, medan, person):
    signed_in(client, medan, "staf_bkd")
    with agency_scope(medan):
        # One that few read: the look is written down, whether of one change or of twenty.
        Employee.objects.filter(pk=person.pk).update(legal_status="04")
    with CaptureQueriesContext(connection) as few:
        history(client, person)
    with agency_scope(medan):
        for n in range(20):
            Employee.objects.filter(pk=person.pk).update(legal_status=f"{n % 5 + 1:02d}")

    with CaptureQueriesContext(connection) as many:
        history(client, person)

    assert len(many) <= len(few) <= 20


def test_the_history_is_exported(client, medan, person):
    signed_in(client, medan, "staf_bkd")

    text = b"".join(history(client, person, format="csv").streaming_content).decode()

    assert "Dinas Lama,Kecamatan Medan Belawan" in text
    assert b"".join(history(client, person, format="xlsx").streaming_content)[:2] == b"PK"


def test_the_history_through_the_api(client, medan, person):
    signed_in(client, medan, "staf_bkd")

    answer = client.get(f"/api/v1/history/positions_employee/{person.pk}/").json()

    lines = [line for change in answer["results"] for line in change["lines"]]
    assert {"column": "unit kerja", "old": "Dinas Lama", "new": "Kecamatan Medan Belawan"} in lines
    assert client.get("/api/v1/history/positions_employee/0/").status_code == 404
    assert client.get(f"/api/v1/history/positions_employee/{person.pk}/?page=x").status_code == 400


NAMED = {**MAKE_IN_UNIT, **MAKE_IN_AGENCY}
# What an auditor does not see has no name for one either: the trail tells of it by its number.
UNSEEN = {"familymember", "webhookendpoint"}


@pytest.mark.parametrize("kind", sorted(set(NAMED) - {"user"}))
def test_every_row_is_called_by_a_name_at_the_cost_of_one_query(kind, medan):
    known = next(each for each in by_table().values() if each.model_class._meta.model_name == kind)
    if known.mode != FULL:
        return
    auditor = user_with(medan, "auditor")
    with agency_scope(medan, auditor.pk):
        with_access(auditor, medan)
        made = [NAMED[kind](medan, UnitFactory(agency=medan)) for _n in range(2)]
        keys = {str(row.pk) for row in made}

        with CaptureQueriesContext(connection) as queries:
            names = words._names(known.model_class, keys, auditor)

        assert len(queries) == (0 if kind in UNSEEN else 1)
        # Roles are seen by who grants, approves or audits them.
        assert names.keys() == (set() if kind in UNSEEN else keys)
        assert not [name for name in names.values() if name.startswith("#") or re.fullmatch(r"[\d ·]+", name)]


def test_the_pages_of_single_objects_have_histories(client, medan):
    """What has a page of its own offers its history there, whatever is added later."""
    routes = {each.route for each in by_table().values() if each.route and each.has_history}
    for route in routes:
        assert reverse(route, kwargs={"pk": 1})
    own = {name for address, name in addresses(get_resolver()) if re.fullmatch(r"[^<]+<int:pk>/", address)}
    assert {"role-detail", "letter-detail", "deadline-edit", "agenda-detail", "contract-decide"} <= own & routes
    assert own - routes == NO_HISTORY


# Pages of one row without a history of its own: the trail's, a bookmark, outlines whose rows are a record themselves,
# files, and what a holder reads of the own post (its history is on the page of those who keep it).
NO_HISTORY = {"audit-detail", "saved-filter-change", "notification-open", "webhook-delivery", "document-open",
              "unit-map-file", "own-job-analysis"}  # fmt: skip


def addresses(resolver, before=""):
    for each in resolver.url_patterns:
        address = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            if not address.startswith(("admin/", "api/")):
                yield from addresses(each, address)
        else:
            yield address, each.name


def test_an_agenda_case_shows_who_moved_it(client, medan, person):
    officer = signed_in(client, medan, "staf_bkd")
    with agency_scope(medan, officer.pk):
        item = AgendaItem.objects.create(
            agency=medan, employee=person, kind="kgb", due_on=date(2027, 1, 1), since=date(2026, 11, 1),
            changed_at=timezone.now(),
        )  # fmt: skip
        AgendaStep.objects.create(
            agency=medan, item=item, from_state="belum", to_state="berkas", day=date(2026, 11, 2), actor=officer
        )
    page = client.get(reverse("agenda-detail", args=[item.pk])).text
    address = reverse("audit-history", args=["positions_agendaitem", item.pk])

    assert f'href="{address}"' in page
    told = client.get(address).text
    assert str(officer) in told
    assert 'href="' + reverse("agenda-detail", args=[item.pk]) in told


# The auditor's search


def found(client, **query):
    return client.get(reverse("audit-list"), query).content.decode()


@pytest.mark.parametrize("role", ["staf_bkd", "admin_daerah", "pyb", "pegawai", "admin_unit"])
@pytest.mark.parametrize("route", ["audit-list", "audit-heads"])
def test_the_whole_trail_is_the_auditors(role, route, client, medan):
    signed_in(client, medan, role)

    assert client.get(reverse(route)).status_code == 403


def test_the_auditor_finds_by_actor_object_time_and_kind(client, medan, person):
    actor = user_with(medan, "staf_bkd", first_name="Rina", last_name="Hasibuan", username="rina")
    with agency_scope(medan, actor.pk, "koreksi nama"):
        Employee.objects.filter(pk=person.pk).update(name="Siti Aminah")
    signed_in(client, medan, "auditor")
    here, day = "koreksi nama", timezone.localdate()

    for query in (
        {"pelaku": "rina"}, {"objek": person.nip}, {"objek": "aminah", "tabel": "positions_employee"},
        {"objek": f"#{person.pk}", "jenis": "ubah"}, {"jenis": "ubah"}, {"dari": day, "sampai": day},
        {"alasan": "koreksi"},
    ):  # fmt: skip
        assert here in found(client, **query), query
    for query in (
        {"pelaku": "budi"}, {"objek": "999999999999999999"}, {"jenis": "hapus"}, {"dari": day + timedelta(days=1)},
        {"sampai": day - timedelta(days=1)}, {"tabel": "positions_job"}, {"luar": "true"}, {"objek": "#0"},
    ):  # fmt: skip
        assert here not in found(client, **query), query


def test_the_list_costs_the_same_for_one_entry_and_for_twenty(client, medan, person):
    signed_in(client, medan, "auditor")
    with CaptureQueriesContext(connection) as few:
        found(client)
    with agency_scope(medan):
        for n in range(20):
            Employee.objects.filter(pk=person.pk).update(name=f"Nama {n}")

    with CaptureQueriesContext(connection) as many:
        found(client)

    assert len(many) == len(few) <= 15


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_exported(kind, client, medan, person):
    signed_in(client, medan, "auditor")

    response = client.get(reverse("audit-list"), {"format": kind, "tabel": "positions_employee"})

    assert len(b"".join(response.streaming_content)) > 100


def test_an_entry_shows_what_it_did(client, medan, person):
    with agency_scope(medan):
        entry = AuditEntry.objects.get(table_name="positions_employee", kind="ubah")
        summary = AuditEntry.objects.filter(first_value=None).first()
    signed_in(client, medan, "auditor")

    text = client.get(reverse("audit-detail", args=[entry.pk])).content.decode()

    assert "Dinas Lama" in text
    assert "belum disegel" in text
    assert client.get(reverse("audit-detail", args=[entry.pk]), {"format": "csv"}).status_code == 200
    if summary:
        assert client.get(reverse("audit-detail", args=[summary.pk])).status_code == 200


def test_entries_through_the_api(client, medan, person):
    signed_in(client, medan, "auditor")

    rows = client.get("/api/v1/audit-entries/?tabel=positions_employee&jenis=ubah").json()["results"]
    shown = client.get(f"/api/v1/audit-entries/{rows[0]['id']}/").json()

    assert [row["table_name"] for row in rows] == ["positions_employee"]
    assert shown["changes"][0]["object_id"] == person.pk
    assert client.get("/api/v1/audit-entries/?salah=1").status_code == 400
    signed_in(client, medan, "staf_bkd")
    assert client.get("/api/v1/audit-entries/").status_code == 403


def test_the_admin_shows_the_trail_to_who_audits_and_lets_nobody_write(client, medan, person):
    url = reverse("admin:asnhr_auditentry_changelist")
    signed_in(client, medan, "admin_daerah")
    assert client.get(url).status_code == 403

    both = user_with(medan, "admin_daerah")
    with agency_scope(medan):
        both.assignments.create(agency=medan, role="auditor", starts_on="2020-01-01")
        entry, secret = AuditEntry.objects.first(), AuditSecret.objects.first()
    client.force_login(both)
    assert client.get(url).status_code == 200
    page = client.get(reverse("admin:asnhr_auditsecret_change", args=[secret.pk])).content.decode()
    assert "garam" not in page
    for action in ("change", "delete"):
        answer = client.post(reverse(f"admin:asnhr_auditentry_{action}", args=[entry.pk]), {"post": "yes"})
        assert answer.status_code == 403
    assert client.get(reverse("admin:asnhr_auditentry_add")).status_code == 403


# Reading what is sensitive


def test_reading_a_nik_needs_a_purpose_and_is_written_down(client, medan, person):
    user = signed_in(client, medan, "staf_bkd")
    url = reverse("employee-nik", args=[person.pk])

    assert NIK not in client.get(url).content.decode()
    assert client.post(url, {"purpose": " "}).status_code == 422
    assert client.post(url, {"purpose": "pegawai ini sakit keras"}).status_code == 422
    shown = client.post(url, {"purpose": "dukcapil"})

    assert NIK in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    with agency_scope(medan):
        (entry,) = AuditEntry.objects.filter(kind="baca")
        assert (entry.user_id, entry.door) == (user.pk, "halaman")
    signed_in(client, medan, "auditor")
    text = found(client, jenis="baca")
    assert "NIK: Pencocokan dengan Dukcapil" in text
    assert NIK not in text


def test_reading_a_nik_through_the_api_is_written_down_too(client, medan, person):
    signed_in(client, medan, "staf_bkd")

    answer = client.post(f"/api/v1/employees/{person.pk}/nik/", {"purpose": "siasn"}, content_type="application/json")

    assert answer.json() == {"id": person.pk, "nik": NIK}
    with agency_scope(medan):
        assert AuditEntry.objects.get(kind="baca").door == "api"


@pytest.mark.parametrize("role", ["auditor", "petugas_pdp", "bagian_organisasi", "pegawai"])
def test_who_may_not_read_a_nik(role, client, medan, person):
    signed_in(client, medan, role)

    assert client.post(reverse("employee-nik", args=[person.pk]), {"purpose": "x"}).status_code == 403
    with agency_scope(medan):
        assert not AuditEntry.objects.filter(kind="baca").exists()


def test_a_nik_that_is_not_known_is_no_reading(medan, person):
    with agency_scope(medan):
        person.nik = ""
        actor = with_access(user_with(medan, "staf_bkd"), medan)
        with agency_scope(medan, actor.pk), pytest.raises(RuleBroken):
            identity.read_nik(actor=actor, employee=person, purpose="dukcapil")
        assert not AuditEntry.objects.filter(kind="baca").exists()


def test_any_field_can_be_recorded_as_read(medan, person):
    with agency_scope(medan):
        entry = AuditEntry.objects.get(pk=reading.record(model=Employee, objects=[person.pk], columns=["rank"]))

        assert (entry.kind, entry.rows) == ("baca", 1)


# Openings


@pytest.fixture
def officer(medan):
    user = user_with(medan, "staf_bkd", username="petugas")
    with agency_scope(medan):
        return with_access(user, medan)


@pytest.fixture
def chief(medan):
    user = user_with(medan, "ppk", username="kepala")
    with agency_scope(medan):
        return with_access(user, medan)


def ask(officer, person):
    return opening.request_opening(actor=officer, table="positions_employee", object_id=person.pk, purpose="sengketa")


def test_one_asks_another_approves_and_the_opening_is_written_down(medan, person, officer, chief):
    with agency_scope(medan, officer.pk):
        asked = ask(officer, person)
        with pytest.raises(NotAllowed):
            opening.open_values(actor=officer, opening=asked)
        opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup")
        asked.refresh_from_db()

        values = opening.open_values(actor=officer, opening=asked)

        assert [(each.column, each.value, each.proven) for each in values] == [("phone", "0811000111", True)]
        assert AuditEntry.objects.get(kind="buka").user_id == officer.pk


def test_the_nik_that_left_is_opened_and_proven(medan, person, officer, chief):
    with agency_scope(medan, officer.pk):
        Employee.objects.filter(pk=person.pk).update(
            nik="1271010101700009", nik_hash=crypto.lookup_hash("1271010101700009")
        )
        asked = ask(officer, person)
        opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup")
        asked.refresh_from_db()

        values = opening.open_values(actor=officer, opening=asked)

        assert ("nik", NIK, True) in [(each.column, each.value, each.proven) for each in values]


def test_nobody_but_the_asker_opens_and_only_for_a_day(medan, person, officer, chief):
    with agency_scope(medan):
        asked = ask(officer, person)
        opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup")
        asked.refresh_from_db()
        auditor = with_access(user_with(medan, "auditor"), medan)
        colleague = with_access(user_with(medan, "staf_bkd"), medan)

        for actor, now in ((chief, None), (auditor, None), (colleague, None),
                           (officer, timezone.now() + timedelta(hours=25))):  # fmt: skip
            with pytest.raises(NotAllowed):
                opening.open_values(actor=actor, opening=asked, now=now)


def test_requests_are_decided_once_by_the_right_role_and_with_a_reason(medan, person, officer, chief):
    with agency_scope(medan):
        asked = ask(officer, person)
        with pytest.raises(RuleBroken, match="menunggu"):
            ask(officer, person)
        with pytest.raises(NotAllowed):
            opening.decide(actor=officer, opening=asked, approve=True, reason="x")
        with pytest.raises(RuleBroken):
            opening.decide(actor=chief, opening=asked, approve=True, reason=" ")
        opening.decide(actor=chief, opening=asked, approve=False, reason="cara-lain")
        with pytest.raises(RuleBroken, match="sudah diputuskan"):
            opening.decide(actor=chief, opening=asked, approve=True, reason="x")
        asked.refresh_from_db()
        with pytest.raises(NotAllowed):
            opening.open_values(actor=officer, opening=asked)


def test_what_cannot_be_asked_for(medan, person, officer):
    with agency_scope(medan):
        auditor = with_access(user_with(medan, "auditor"), medan)
        with pytest.raises(NotAllowed):
            opening.request_opening(actor=auditor, table="positions_employee", object_id=person.pk, purpose="sengketa")
        for table, object_id, purpose in (
            ("positions_unit", person.unit_id, "sengketa"), ("positions_employee", 0, "sengketa"),
            ("positions_employee", person.pk, " "), ("asnhr_user", 1, "sengketa"),
        ):  # fmt: skip
            with pytest.raises(RuleBroken):
                opening.request_opening(actor=officer, table=table, object_id=object_id, purpose=purpose)


def test_destroyed_values_cannot_be_opened_any_more(medan, person, officer):
    with agency_scope(medan):
        assert opening.destroy(model=Employee, objects=[person.pk], purpose="masa simpan berakhir") == 2
        with pytest.raises(RuleBroken, match="Tidak ada nilai rahasia"):
            ask(officer, person)
        assert AuditEntry.objects.filter(kind="musnah").count() == 1


def test_keys_are_rotated_in_the_trail_too(medan, person):
    from django.core.management import call_command

    with agency_scope(medan), connection.cursor() as cursor:
        kept = AuditSecret.objects.exclude(clear=None).get()
        salt = bytes(kept.salt)
        apart.lock_away(cursor, medan.pk, [kept.entry_id])
        kept.refresh_from_db()
        token = kept.clear
    call_command("rotate_field_keys")

    with agency_scope(medan):
        kept.refresh_from_db()
    assert kept.clear != token
    assert "0811000111" in crypto.decrypt(kept.clear)
    assert apart.salt_of(kept.salt) == salt


def test_the_pages_of_an_opening(client, medan, person, officer, chief):
    client.force_login(officer)
    made = client.post(
        reverse("audit-opening-new"), {"table": "positions_employee", "object_id": person.pk, "purpose": "sengketa"}
    )
    page = made["Location"]
    assert client.post(page).status_code == 403

    client.force_login(chief)
    assert "Putuskan" in client.get(page).content.decode()
    assert client.post(page, {"approve": ""}).status_code == 422
    assert client.post(page, {"approve": "setuju", "reason": "dasar-cukup"}).status_code == 302

    client.force_login(officer)
    before = client.get(page).content.decode()
    after = client.post(page).content.decode()
    assert "0811000111" not in before
    assert "0811000111" in after
    signed_in(client, medan, "auditor")
    assert "0811000111" not in client.get(page).content.decode()
    assert client.post(page).status_code == 403
    with agency_scope(medan):
        assert AuditOpening.objects.get().verdict == "disetujui"
