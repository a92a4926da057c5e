"""Logins are in the trail: in the nation's chain, and in those of the agencies in which they hold a role."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from asnhr.models import Agency, AuditEntry, AuditSecret, AuditValue, RoleAssignment, User
from asnhr.models.agency import NATION
from asnhr.scope import agency_scope
from tests.factories.asnhr import AgencyFactory, UserFactory
from tests.roles import user_with
from tests.second_factor import let_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return AgencyFactory()


def told(agency, table="asnhr_user"):
    """What the chain of an agency says of a table since the test began: (kind, what changed)."""
    with agency_scope(agency):
        found = []
        for entry in AuditEntry.objects.filter(table_name=table).exclude(kind="awal").order_by("pk"):
            change = AuditValue.objects.get(entry_id=entry.pk).change
            found.append((entry.kind, json.loads(change) if entry.kind == "ubah" else entry.columns))
        return found


def test_what_happens_to_a_login_is_in_the_nations_chain_and_in_those_of_its_agencies(medan):
    jambi, nation = AgencyFactory(code="1571", name="Jambi"), Agency.chains.get(code=NATION)
    admin = user_with(medan, "admin_daerah")
    user = user_with(medan, "pegawai", username="siti", email="lama@example.org")
    before = [len(told(each)) for each in (nation, medan, jambi)]

    with agency_scope(jambi, admin.pk, "uji"):
        User.objects.filter(pk=user.pk).update(email="baru@example.org")
    user.set_password("sebuah-kata-sandi")
    user.save(update_fields=["password"])
    User.objects.filter(pk=user.pk).update(last_login="2026-01-01T00:00Z")
    User.objects.filter(pk=user.pk).update(is_active=False)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "JBSWY3DP"})
    Authenticator.objects.filter(user=user).delete()

    news = [told(each)[count:] for each, count in zip((nation, medan, jambi), before, strict=True)]
    assert [[*change] for _kind, change in news[1]] == [["email"], ["password"], ["is_active"]]
    assert news[1][2] == ("ubah", {"is_active": [True, False]})
    assert [kind for kind, _change in told(medan, "mfa_authenticator")] == ["tambah", "hapus"]
    # The scope in which it happened knows it, too, and no more than that.
    assert [[*change] for _kind, change in news[2]] == [["email"]]
    assert [[*change] for _kind, change in news[0]] == [["email"], ["password"], ["is_active"]]
    with agency_scope(medan):
        text = "".join(AuditValue.objects.values_list("change", flat=True))
        kept = list(AuditSecret.objects.exclude(clear=None).values_list("clear", flat=True))
        assert not [each for each in ("@example.org", "pbkdf2", user.password, "JBSWY3DP") if each in text]
        # The address that was left can be opened by two; a password or a secret of an authenticator by nobody.
        assert [json.loads(each) for each in kept] == [{"email": "lama@example.org"}]
    with agency_scope(jambi):
        assert AuditEntry.objects.get(table_name="asnhr_user").user_id == admin.pk


def test_national_tables_leave_an_entry_in_the_nations_chain_alone(medan):
    nation = Agency.chains.get(code=NATION)
    before = len(told(nation, "asnhr_agency"))

    Agency.objects.filter(pk=medan.pk).update(short_name="Medan Baru")

    assert told(nation, "asnhr_agency")[before:] == [("ubah", {"short_name": ["Medan", "Medan Baru"]})]
    assert told(medan, "asnhr_agency") == []
    assert not Agency.objects.filter(code=NATION).exists()


def found_by(client, word):
    return re.findall(r"/jejak/\d+/", client.get(f"/jejak/?tabel=asnhr_user&objek={word}").text)


def test_auditors_read_what_is_theirs(client, medan):
    jambi = AgencyFactory(code="1571", name="Jambi")
    here = user_with(medan, "pegawai", username="siti.medan", last_name="Siti")
    user_with(jambi, "pegawai", username="siti.jambi", last_name="Jauh")
    User.objects.filter(pk=here.pk).update(last_name="Aminah")
    auditor, officer = user_with(medan, "auditor"), user_with(medan, "staf_bkd")
    nation_wide = UserFactory(username="bpk")
    call_command("grant_role", "bpk", "auditor", "--agency", NATION)
    with pytest.raises(CommandError, match="hanya ada peran auditor"):
        call_command("grant_role", "bpk", "staf_bkd", "--agency", NATION)

    client.force_login(officer)
    assert client.get("/jejak/?tabel=asnhr_user").status_code == 403
    client.force_login(auditor)
    assert found_by(client, "siti.medan")
    assert not found_by(client, "siti.jambi")
    with agency_scope(medan):
        entry = AuditEntry.objects.filter(table_name="asnhr_user", kind="ubah").get()
    assert "Aminah" in client.get(f"/jejak/{entry.pk}/").text
    let_in(client, nation_wide)
    assert client.get(f"/jejak/{entry.pk}/").status_code == 404
    with agency_scope(Agency.chains.get(code=NATION)):
        made = AuditEntry.objects.filter(table_name="asnhr_user", kind="ubah", rows=1).latest("pk")
    assert "Aminah" in client.get(f"/jejak/{made.pk}/").text
    assert found_by(client, "siti.jambi")
    assert client.get("/").status_code == 200


def test_a_login_has_a_history_for_who_gives_roles_and_for_auditors_of_its_agency(client, medan):
    jambi = AgencyFactory(code="1571", name="Jambi")
    admin, user = user_with(medan, "admin_daerah"), user_with(medan, "pegawai", username="siti.medan")
    far = user_with(jambi, "pegawai", username="siti.jambi")
    with agency_scope(medan, admin.pk, "uji"):
        User.objects.filter(pk=user.pk).update(last_name="Aminah", email="baru@example.org")
        user.set_password("sebuah-kata-sandi")
        user.save(update_fields=["password"])
        held = RoleAssignment.objects.get(user=user)
    address = f"/riwayat/asnhr_user/{user.pk}/"

    for role in ("auditor", "admin_daerah"):
        client.force_login(user_with(medan, role))
        text = client.get(address).text
        # The login's own change, and the role that it was given.
        assert "Aminah" in text
        assert "peran pengguna" in text.lower()
        assert not [each for each in ("example.org", user.password, "pbkdf2") if each in text]
        assert client.get(f"/riwayat/asnhr_user/{far.pk}/").status_code == 404
        assert client.get(f"/api/v1/history/asnhr_user/{user.pk}/").status_code == 200
    assert f'href="{address}"' in client.get(f"/peran/{held.pk}/").text
    for role in ("staf_bkd", "pegawai", "petugas_pdp"):
        client.force_login(user_with(medan, role))
        assert client.get(address).status_code in (403, 404), role
    client.force_login(user_with(jambi, "auditor"))
    assert client.get(address).status_code == 404
