"""A real OpenID Connect server for the tests, in a process of its own: `python -m tests.oidc_realm <folder>`.

It is allauth's provider on a SQLite file, far from our settings and our database. `realm.json` in the folder names the
address, the client and the people; the process writes `ready` with its port when it answers.
"""

import json
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server


def private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nothing: the tests look at answers."""


def main(folder: Path) -> None:
    import django
    from django.conf import settings

    asked = json.loads((folder / "realm.json").read_text())
    settings.configure(
        SECRET_KEY="kunci-realm-uji",  # noqa: S106  of a server that lives for one test
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.oidc_realm_urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "realm.sqlite")}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
            "allauth", "allauth.account", "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        LOGIN_URL="account_login",
        ACCOUNT_EMAIL_VERIFICATION="none",
        IDP_OIDC_PRIVATE_KEY=private_key(),
        IDP_OIDC_ADAPTER="tests.oidc_realm_urls.Adapter",
        USE_TZ=True,
    )  # fmt: skip
    django.setup()
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    client = Client(id=asked["client_id"], name="ASNHR", skip_consent=True)
    client.set_secret(asked["client_secret"])
    client.set_redirect_uris([asked["redirect_uri"]])
    client.set_scopes(["openid", "profile"])
    client.save()
    for username, nip in asked["people"].items():
        # The claim "nip" is read from this column (tests/oidc_realm_urls.py).
        User.objects.create_user(username, password=asked["password"], first_name="Orang", last_name=nip)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    (folder / "ready.part").write_text(str(server.server_port))
    (folder / "ready.part").rename(folder / "ready")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
