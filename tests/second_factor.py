"""What a person does to come in: sign in, change a password that another chose, set the second factor up."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from asnhr import second_factor

SET_UP, CODES = "/akun/dua-langkah/totp/activate/", "/akun/dua-langkah/recovery-codes/"


def sign_in(client: Any, login: str, password: str) -> Any:
    return client.post("/akun/login/", {"login": login, "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def set_up(client: Any, password: str) -> str:
    """Set the second factor up as a person does; return the secret."""
    client.post("/akun/reauthenticate/", {"password": password})
    secret = client.get(SET_UP).context["form"].secret
    answer = client.post(SET_UP, {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, CODES)
    return str(secret)


def change_password(client: Any, old: str, new: str) -> Any:
    return client.post("/akun/password/change/", {"oldpassword": old, "password1": new, "password2": new})


def let_in(client: Any, user: Any) -> Any:
    """Sign a person in who has a second factor and has shown it, for tests of what lies behind that door."""
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client.force_login(user)
    session = client.session
    session[second_factor.SET_UP] = user.pk
    session.save()
    return client
