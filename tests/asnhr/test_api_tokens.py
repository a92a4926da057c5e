"""Client credentials, the real flow: token endpoint of allauth, bearer header, scopes that narrow, expiry."""

from base64 import b64encode
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client, Token
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from asnhr import dates
from asnhr.models import Event, RoleAssignment, User, WebhookDelivery, WebhookEndpoint
from asnhr.notifications import guard, service
from asnhr.scope import agency_scope
from tests import api_world
from tests.factories.positions import EmployeeFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db

SECRET = "rahasia-klien-uji"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def api_client(medan):
    owner = user_with(medan, "integrasi", username="sistem-absensi", is_service=True)
    client = Client(name="Absensi", owner=owner, type=Client.Type.CONFIDENTIAL)
    client.set_scopes(["register:read", "imports:write"])
    client.grant_types = Client.GrantType.CLIENT_CREDENTIALS
    client.set_secret(SECRET)
    client.save()
    return client


def ask(client, api_client, secret=SECRET, scope="register:read"):
    basic = b64encode(f"{api_client.pk}:{secret}".encode()).decode()
    return client.post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials", "scope": scope},
        headers={"Authorization": f"Basic {basic}"},
    )


def bearer(client, api_client, scope="register:read"):
    response = ask(client, api_client, scope=scope)
    assert response.status_code == 200, response.content
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def test_a_client_reads_with_its_token(client, api_client, medan):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, phone="0811")
    token = bearer(client, api_client)

    listed = client.get("/api/v1/employees/", headers=token)
    me = client.get("/api/v1/me/", headers=token).json()

    assert [each["id"] for each in listed.json()["results"]] == [person.pk]
    assert "phone" not in listed.json()["results"][0]
    assert (me["username"], me["is_service"]) == ("sistem-absensi", True)
    assert me["permissions"] == ["view_analysis", "view_register"]


def test_a_token_costs_few_queries(client, api_client, medan, django_assert_max_num_queries):
    token = bearer(client, api_client)

    with django_assert_max_num_queries(15):
        client.get("/api/v1/positions/", headers=token)


def test_a_token_of_another_scope_is_refused(client, api_client, medan):
    token = bearer(client, api_client, scope="imports:write")

    assert client.get("/api/v1/employees/", headers=token).status_code == 403
    assert client.get("/api/v1/imports/", headers=token).status_code == 200


def test_a_token_imports_the_kinds_of_its_service_user_only(client, api_client, medan, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    token = bearer(client, api_client, scope="imports:write")

    def upload(kind):
        file = SimpleUploadedFile("a.csv", b"nip,tmt\n")
        return client.post("/api/v1/imports/", {"kind": kind, "file": file}, headers=token)

    assert upload("employees").status_code == 202
    refused = upload("units")
    assert refused.status_code == 403
    assert "tidak boleh mengimpor" in refused.json()["detail"]
    reading = bearer(client, api_client, scope="register:read")
    assert client.post("/api/v1/imports/", {"kind": "employees"}, headers=reading).status_code == 403


def test_a_token_does_not_do_what_its_scope_leaves_out(client, api_client):
    token = bearer(client, api_client)

    response = client.post("/api/v1/runs/", {}, content_type="application/json", headers=token)

    assert response.status_code == 403


def test_a_scope_gives_no_more_than_the_role_of_the_service_user(client, api_client, medan):
    api_client.set_scopes(["register:read", "register:write"])
    api_client.save()
    token = bearer(client, api_client, scope="register:read register:write")

    # `integrasi` does not hold edit_goals, although the scope would let it through.
    assert "edit_goals" not in client.get("/api/v1/me/", headers=token).json()["permissions"]
    response = client.post(
        "/api/v1/goal-links/", {"goal_id": 1, "position_id": 1}, content_type="application/json", headers=token
    )
    assert response.status_code == 403


def test_a_client_gets_no_scope_it_was_not_given(client, api_client):
    response = ask(client, api_client, scope="analysis:run")

    assert response.status_code == 400


def test_a_wrong_secret_gets_no_token(client, api_client):
    assert ask(client, api_client, secret="salah").status_code in (400, 401)
    assert Token.objects.count() == 0


def test_an_expired_token_is_refused(client, api_client):
    token = bearer(client, api_client)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    response = client.get("/api/v1/employees/", headers=token)

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"


def test_an_unknown_token_is_refused(client):
    assert client.get("/api/v1/me/", headers={"Authorization": "Bearer tidak-ada"}).status_code == 401


def test_a_client_of_a_closed_account_is_refused(client, api_client):
    token = bearer(client, api_client)
    api_client.owner.is_active = False
    api_client.owner.save()

    assert client.get("/api/v1/me/", headers=token).status_code == 401


def test_a_token_is_not_asked_for_csrf(api_client, client, medan):
    from django.test import Client as Browser

    api_client.set_scopes(["analysis:run", "register:read"])
    api_client.save()
    token = bearer(client, api_client, scope="analysis:run register:read")
    browser = Browser(enforce_csrf_checks=True)

    response = browser.post("/api/v1/runs/", {"as_of": "2026-01-31"}, content_type="application/json", headers=token)

    assert response.status_code == 202


def test_a_system_manages_its_own_webhooks_alone_and_they_end_with_it(client, api_client, medan, monkeypatch):
    monkeypatch.setattr(guard, "resolve", lambda url: None)
    api_client.set_scopes(["webhooks:manage", "register:read"])
    api_client.save()
    officer = user_with(medan, "admin_daerah", username="admin")
    with agency_scope(medan):
        theirs = WebhookEndpoint.objects.create(
            agency=medan, name="Orang", url="https://x.example", secret="x", created_by=officer
        )
        WebhookDelivery.objects.create(agency=medan, endpoint=theirs, event=notified(medan), next_at=timezone.now())
    reading, token = bearer(client, api_client), bearer(client, api_client, scope="webhooks:manage")
    address = "/api/v1/webhook-endpoints/"

    assert client.get(address, headers=reading).status_code == 403
    assert client.get("/api/v1/employees/", headers=token).status_code == 403
    made = client.post(address, {"name": "Absensi", "url": "https://a.example"}, "application/json", headers=token)
    assert made.status_code == 201
    listed = client.get(address, headers=token).json()["results"]
    assert [each["name"] for each in listed] == ["Absensi"]
    assert client.get("/api/v1/webhook-deliveries/", headers=token).json()["results"] == []
    for method, path in (("get", ""), ("delete", ""), ("post", "rotate-secret/"), ("post", "replay/")):
        answer = getattr(client, method)(f"{address}{theirs.pk}/{path}", headers=token)
        assert answer.status_code == 404, (method, path)
    client.force_login(officer)
    assert {each["name"] for each in client.get(address).json()["results"]} == {"Orang", "Absensi"}

    with agency_scope(medan):
        told = WebhookEndpoint.objects.filter(agency=medan)
        assert told.told(dates.today()).count() == 2
        # The role ends with the system; so does what it is told.
        RoleAssignment.objects.filter(user=api_client.owner).update(ends_on=dates.today())
        assert list(told.told(dates.today())) == [theirs]


def notified(medan):
    service.notify("import.failed", agency_id=medan.pk, data={"run_id": 7})
    return Event.objects.get()


def test_a_service_user_does_not_sign_in_with_a_password(client, api_client):
    api_client.owner.set_password("kata-sandi-yang-panjang")
    api_client.owner.save()

    assert not client.login(username="sistem-absensi", password="kata-sandi-yang-panjang")


def test_the_command_makes_a_client_that_works(client, medan, capsys):
    call_command("api_client", "absensi", agency="1271", scope=["register:read"])
    answer = dict(line.split(": ") for line in capsys.readouterr().out.strip().splitlines())

    class Made:
        pk = answer["client_id"]

    token = ask(client, Made, secret=answer["client_secret"]).json()["access_token"]
    response = client.get("/api/v1/units/", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 200
    assert User.objects.get(is_service=True).username == "api-1271-absensi"


def test_the_command_refuses_an_unknown_agency_and_the_same_name_twice(medan, capsys):
    with pytest.raises(CommandError, match="9999"):
        call_command("api_client", "absensi", agency="9999", scope=["register:read"])
    call_command("api_client", "absensi", agency="1271", scope=["register:read"])
    with pytest.raises(CommandError, match="Sudah ada klien"):
        call_command("api_client", "absensi", agency="1271", scope=["register:read"])
