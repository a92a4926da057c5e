"""Changes of national references are attributable: the nation's chain, the history of each row, the search."""

import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from asnhr.audit.declared import NATIONAL, audited
from asnhr.audit.sealer import seal
from asnhr.audit.verify import verify
from asnhr.models import Agency, AuditEntry, AuditValue, Parameter
from asnhr.models.agency import NATION
from asnhr.scope import agency_scope
from positions.models import Competency, DocumentKind, Education, EducationLevel, ReferenceJob
from tests.factories.asnhr import AgencyFactory, UserFactory
from tests.roles import user_with
from tests.second_factor import let_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def nation():
    return Agency.chains.get(code=NATION)


def told(nation, table, after=0):
    """(kind, values) of a table in the nation's chain, without what stood there before the trail did; `after`: the
    number of an entry."""
    with agency_scope(nation):
        rows = AuditEntry.objects.filter(table_name=table, pk__gt=after).exclude(kind="awal").order_by("pk")
        return [(each.kind, AuditValue.objects.get(entry_id=each.pk)) for each in rows]


def test_every_reference_leaves_its_changes_in_the_nations_chain(nation, medan):
    card = DocumentKind.objects.get(pk="ktp")
    with agency_scope(nation):
        # Releases change references, too.
        newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    # Above every code that is digits, so that no number is taken for a code.
    assert min(EducationLevel.objects.values_list("number", flat=True)) > 1000
    job, learned = ReferenceJob.objects.order_by("pk")[0], Education.objects.order_by("pk")[0]
    with agency_scope(medan):
        DocumentKind.objects.filter(pk="ktp").update(permission="view_register")
        ReferenceJob.objects.filter(pk=job.pk).update(job_class=17)
        Education.objects.filter(pk=learned.pk).update(field="BIDANG LAIN")
        level = EducationLevel.objects.create(code="99", name="Contoh", order=99)

    ((kind, value),) = told(nation, "positions_documentkind", newest)
    assert (kind, value.object_id) == ("ubah", card.number)
    assert json.loads(value.change) == {"permission": ["view_nik", "view_register"]}
    assert [
        json.loads(value.change)["job_class"][1] for _k, value in told(nation, "positions_referencejob", newest)
    ] == [17]
    assert told(nation, "positions_education", newest)[0][1].object_id == learned.pk
    level.refresh_from_db()
    assert [(kind, value.object_id) for kind, value in told(nation, "positions_educationlevel", newest)] == [
        ("tambah", level.number)
    ]
    with agency_scope(medan):
        assert not AuditEntry.objects.filter(table_name__startswith="positions_").exists()


def test_what_the_release_brought_has_its_first_word(nation):
    references = [each for _label, each in audited.items() if each.reference]
    assert {each.mode for each in references} == {NATIONAL}
    with agency_scope(nation):
        for each in references:
            there = set(each.model_class._default_manager.values_list(each.number, flat=True))
            entries = AuditEntry.objects.filter(table_name=each.table, kind__in=["awal", "tambah"])
            born = AuditValue.objects.filter(entry_id__in=entries.values("pk")).values_list("object_id", flat=True)
            assert set(born) == (set() if each.counted else there), each.table
            if each.counted:
                assert sum(entries.values_list("rows", flat=True)) == len(there)


def test_the_chain_holds_and_is_compared_row_by_row(nation):
    DocumentKind.objects.filter(pk="ktp").update(permission="view_register")
    Parameter.objects.filter(pk=Parameter.objects.order_by("pk")[0].pk).update(name="Nama lain")
    with agency_scope(nation):
        seal(nation.pk)

    report = verify(nation, register=True)

    assert (report.broken, report.differences, report.warnings) == (None, [], [])


def test_readers_see_the_history_of_a_reference_and_auditors_of_the_nation_find_it(client, medan):
    card, competency = DocumentKind.objects.get(pk="ktp"), Competency.objects.get(code="M.1")
    operator = UserFactory(username="operator", first_name="Olah", last_name="Data")
    with agency_scope(medan, operator.pk, "KepmenPANRB 1/2026"):
        DocumentKind.objects.filter(pk="ktp").update(permission="view_register")
        Competency.objects.filter(pk=competency.pk).update(definition="Definisi baru")
    address = reverse("audit-history", args=["positions_documentkind", card.number])

    client.force_login(user_with(medan, "staf_bkd"))
    page = client.get(address)
    assert page.status_code == 200
    for said in ("Olah Data", "KepmenPANRB 1/2026", "membaca register", "KTP"):
        assert said in page.content.decode(), said
    api = client.get(f"/api/v1/history/positions_documentkind/{card.number}/").json()["results"]
    assert [each["lines"][0]["new"] for each in api][:1] == ["membaca register: unit, jabatan, pegawai"]
    shown = client.get(reverse("competency-detail", args=["M.1"])).content.decode()
    history = reverse("audit-history", args=["positions_competency", competency.pk])
    assert history in shown
    assert "Definisi baru" in client.get(history).content.decode()
    assert client.get(reverse("audit-history", args=["asnhr_agency", medan.pk])).status_code == 404

    client.force_login(user_with(medan, "admin_daerah"))
    in_admin = client.get(reverse("admin:positions_documentkind_history", args=["ktp"])).content.decode()
    assert "membaca register" in in_admin
    client.force_login(user_with(medan, "pegawai"))
    assert client.get(address).status_code in (403, 404)

    auditor = UserFactory(username="bpk")
    call_command("grant_role", "bpk", "auditor", "--agency", NATION)
    let_in(client, auditor)
    found = client.get("/jejak/?tabel=positions_documentkind&objek=ktp&jenis=ubah").content.decode()
    assert "KepmenPANRB 1/2026" in found
