"""What a request is about that tells of a family or a NIK is told to who may read that: others learn that there is one,
and one looks like the other; who could tell it by what is left over is shown none."""

import csv

import pytest
from django.urls import reverse

from asnhr.models import AuditEntry, Event, RoleAssignment
from asnhr.scope import agency_scope
from positions.models import ChangeRequest, FamilyMember
from positions.queries import personal_file
from tests import api_world
from tests.positions.test_corrections import (  # noqa: F401  fixtures
    CHILD,
    acting,
    home,
    medan,
    officer,
    owner,
    person,
    proof,
    propose,
    unit,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db
LIST, API = "/usul-perbaikan/", "/api/v1/change-requests/"
NEUTRAL = "Data terbatas"


@pytest.fixture
def asked(medan, owner, person):  # noqa: F811
    """A correction of a child on record, one of the NIK and one of the telephone."""
    with agency_scope(medan):
        child = FamilyMember.objects.create(agency=medan, employee=person, **CHILD | {"name": "Rini Lama"})
    return {
        "keluarga": propose(
            medan, owner, person, "keluarga", CHILD, object_id=child.pk, finding="COM_4", evidence=[proof("kk")]
        ),
        "nik": propose(medan, owner, person, "nik", {"nik": "1271010101850002"}, evidence=[proof("ktp")]),
        "telepon": propose(medan, owner, person),
    }


def told(client, url, **query):
    """Return what the file of a list says in the column "Data", by the address of each row's page."""
    sent = client.get(url, {"format": "csv", **query})
    rows = list(csv.reader(b"".join(sent).decode("utf-8-sig").splitlines()))
    head = next(row for row in rows if "Data" in row)
    return sorted(row[head.index("Data")] for row in rows[rows.index(head) + 1 :])


def apart(row):
    """Return what distinguishes rows of the API beside their number and moment."""
    return {name: value for name, value in row.items() if name not in ("id", "requested_at")}


def test_lists_tell_a_units_clerk_that_there_are_two_and_not_which(client, medan, unit, asked):  # noqa: F811
    client.force_login(user_with(medan, "admin_unit", unit))
    assert reverse("change-request-list") == LIST
    assert told(client, LIST) == [NEUTRAL, NEUTRAL, "Nomor HP"]
    assert told(client, LIST, urut="-data") == [NEUTRAL, NEUTRAL, "Nomor HP"]
    assert told(client, LIST, data="keluarga") == told(client, LIST, data="nik") == []
    assert told(client, LIST, data="terbatas") == [NEUTRAL, NEUTRAL]
    page = client.get(LIST, {"data": "terbatas"}, headers={"HX-Request": "true"}).text
    body = page[page.index("<tbody") : page.index("</tbody")]
    assert body.count(NEUTRAL) == 2
    assert "Keluarga" not in page

    listed = {row["id"]: row for row in client.get(API).json()["results"]}
    family, nik = listed[asked["keluarga"].pk], listed[asked["nik"].pk]
    assert apart(family) == apart(nik)
    told_of = (family["target"], family["object_id"], family["removes"], family["finding"])
    assert told_of == ("terbatas", None, False, "")
    assert listed[asked["telepon"].pk]["target"] == "telepon"
    for target, found in (("keluarga", set()), ("nik", set()), ("terbatas", {family["id"], nik["id"]})):
        rows = client.get(API, {"target": target}).json()["results"]
        assert {row["id"] for row in rows} == found, target
    lines = client.get(API, headers={"Accept": "application/x-ndjson"})
    assert b"keluarga" not in b"".join(lines)


def test_one_request_tells_no_more_than_its_list(client, medan, unit, asked):  # noqa: F811
    client.force_login(user_with(medan, "admin_unit", unit))
    pages = []
    for target in ("keluarga", "nik"):
        row = asked[target]
        page = client.get(f"{LIST}{row.pk}/").text
        main = page[page.index("<main") : page.index("</main")]
        assert NEUTRAL in main
        assert "Dari temuan" not in main
        assert "/riwayat/" not in main
        pages.append(main.replace(str(row.pk), "#"))
        assert client.get(f"/riwayat/positions_changerequest/{row.pk}/").status_code == 404
        assert client.get(f"/api/v1/history/positions_changerequest/{row.pk}/").status_code == 404
        shown = client.get(f"{API}{row.pk}/").json()
        assert (shown["target"], shown["object_id"], shown["explanation"]) == ("terbatas", None, None)
    for door in ("/riwayat/", "/api/v1/history/"):
        assert client.get(f"{door}positions_changerequest/{asked['telepon'].pk}/").status_code == 200
    for word in ("Keluarga", "Rini", "NIK</", "kandung"):
        assert not [page for page in pages if word in page], word


def test_the_admin_tells_no_more(client, medan, unit, asked):  # noqa: F811
    client.force_login(user_with(medan, "admin_unit", unit))
    url = reverse("admin:positions_changerequest_changelist")
    assert told(client, url) == [NEUTRAL, NEUTRAL, "Nomor HP"]
    for text, count in (("keluarga", 0), ("nik", 0), ("telepon", 1), ("Siti", 3)):
        assert client.get(url, {"q": text}).context["cl"].result_count == count, text
    for target, word in (("keluarga", NEUTRAL), ("nik", NEUTRAL), ("telepon", "Nomor HP")):
        page = client.get(reverse("admin:positions_changerequest_change", args=[asked[target].pk])).text
        content = page[page.index('id="content-main"') :]
        assert word in content
        assert "Baris riwayat" not in content
        assert "COM_4" not in content
        history = client.get(reverse("admin:positions_changerequest_history", args=[asked[target].pk])).text
        assert "Keluarga" not in history
        assert ("dibaca oleh peran lain" in history) == (target != "telepon")


def test_where_only_the_family_is_closed_its_requests_are_not_listed(client, medan, asked):  # noqa: F811
    chief = acting(medan, user_with(medan, "admin_daerah"))
    client.force_login(chief)
    assert told(client, LIST) == ["NIK", "Nomor HP"]
    assert told(client, reverse("admin:positions_changerequest_changelist")) == ["NIK", "Nomor HP"]
    assert {row["target"] for row in client.get(API).json()["results"]} == {"nik", "telepon"}
    pk = asked["keluarga"].pk
    for url in (f"{LIST}{pk}/", f"{API}{pk}/", f"/riwayat/positions_changerequest/{pk}/"):
        assert client.get(url).status_code == 404, url
    with agency_scope(medan, chief.pk):
        assert set(personal_file.to_decide(chief)) == {asked["nik"], asked["telepon"]}


@pytest.fixture
def others(medan, unit):  # noqa: F811
    """Who edits people and does not read families; superiors, for whom what waits is nobody's work of theirs."""
    clerk = user_with(medan, "admin_unit", unit, username="unit")
    return [clerk, *(user_with(medan, role, username=role) for role in ("pyb", "ppk"))]


def test_who_may_not_know_gets_no_notice(medan, officer, others, asked):  # noqa: F811
    with agency_scope(medan):
        events = {event.object_id: event for event in Event.objects.filter(kind="correction.proposed")}
    family, nik, phone = (events[asked[target].pk] for target in ("keluarga", "nik", "telepon"))
    assert (family.people, family.permissions) == (nik.people, nik.permissions) == ([officer.pk], [])
    assert phone.permissions == ["edit_register"]
    assert not {user.pk for user in others} & {*family.people, *nik.people}


def test_the_home_queue_counts_what_the_reader_may_decide(client, medan, unit, asked):  # noqa: F811
    clerk = acting(medan, user_with(medan, "admin_unit", unit))
    with agency_scope(medan, clerk.pk):
        assert list(personal_file.to_decide(clerk)) == [asked["telepon"]]
    client.force_login(clerk)
    page = client.get("/").text
    assert "Keluarga" not in page[page.index("<main") : page.index("</main")]


def test_its_person_and_who_reads_families_see_what_it_is_about(client, medan, unit, owner, officer, asked):  # noqa: F811
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=owner, role="auditor", starts_on="2020-01-01")
    pk = asked["keluarga"].pk
    for user, url in ((owner, reverse("change-request-own")), (owner, LIST), (officer, LIST)):
        client.force_login(user)
        assert told(client, url) == ["Keluarga", "NIK", "Nomor HP"]
        assert told(client, LIST, data="keluarga") == ["Keluarga"]
        assert "Keluarga" in client.get(f"{LIST}{pk}/").text
        shown = client.get(f"{API}{pk}/").json()
        assert (shown["target"], shown["finding"]) == ("keluarga", "COM_4")
        assert shown["object_id"] is not None
        assert client.get(f"/riwayat/positions_changerequest/{pk}/").status_code == 200


def test_an_auditor_reads_the_trail_whole_and_the_list_as_others(client, medan, asked):  # noqa: F811
    client.force_login(user_with(medan, "auditor"))
    assert told(client, LIST) == [NEUTRAL, NEUTRAL, "Nomor HP"]
    assert client.get(f"/riwayat/positions_changerequest/{asked['keluarga'].pk}/").status_code == 200
    client.force_login(user_with(api_world.jambi(), "auditor", username="jambi"))
    assert told(client, LIST) == []
    with agency_scope(medan):
        assert not AuditEntry.objects.filter(kind="baca", table_name=ChangeRequest._meta.db_table).exists()
