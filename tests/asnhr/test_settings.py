"""Production refuses to start half-configured; secrets have no default there."""

import os
import subprocess
import sys

import pytest

GOOD = {
    "SECRET_KEY": "8Fq2vTz0wLr7mKc5sYh1nXb9dGj3aPe6uQi4oRt8fVw2zBk7yNx5",
    "ALLOWED_HOSTS": "asnhr.example",
    "DATABASE_URL": "postgres://a:b@127.0.0.1/c",
    "REDIS_URL": "redis://127.0.0.1",
    "ASNHR_FIELD_KEYS": "wZ2qv7n0yWv1vJm5k8s1c2m3b4x5z6l7k8j9h0g1f2E=",
}


def start(code="import django; django.setup()", **changes):
    env = {key: value for key, value in os.environ.items() if key not in GOOD} | GOOD | changes
    env = {key: value for key, value in env.items() if value} | {"DJANGO_SETTINGS_MODULE": "asnhr.settings.production"}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_it_starts_with_everything_set():
    assert start().returncode == 0


@pytest.mark.parametrize("name", sorted(GOOD))
def test_it_names_what_is_missing(name):
    done = start(**{name: ""})

    assert done.returncode != 0
    assert name in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": "x" * 60},
        {"SECRET_KEY": "ab" * 30},
        {"ALLOWED_HOSTS": "*"},
        {"ASNHR_TRUSTED_PROXIES": "dua"},
        {"ASNHR_TRUSTED_PROXIES": "-1"},
    ],
)
def test_it_refuses_weak_values(change):
    assert start(**change).returncode != 0


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("bad", "ke-1"),
        (GOOD["ASNHR_FIELD_KEYS"] + ",bad", "ke-2"),
        ("A" * 43 + "=", "ke-1"),
        (GOOD["ASNHR_FIELD_KEYS"] + "," + GOOD["ASNHR_FIELD_KEYS"], "ke-2"),
        (GOOD["ASNHR_FIELD_KEYS"].replace("2", "!"), "ke-1"),
    ],
)
def test_it_says_which_field_key_is_none_without_showing_it(keys, place):
    done = start(ASNHR_FIELD_KEYS=keys)

    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert f"ASNHR_FIELD_KEYS: kunci {place} bukan kunci Fernet" in last
    assert "wZ2qv7n0" not in last


def test_failed_logins_are_counted_by_the_address_that_the_proxy_saw():
    code = (
        "import django; django.setup();"
        "from django.test import RequestFactory; from allauth.core.internal.httpkit import get_client_ip;"
        "request = RequestFactory().get('/', HTTP_X_FORWARDED_FOR='6.6.6.6, 203.0.113.7, 10.0.0.1');"
        "print(get_client_ip(request))"
    )
    assert start(code=code).stdout.strip() == "10.0.0.1"
    assert start(code=code, ASNHR_TRUSTED_PROXIES="2").stdout.strip() == "203.0.113.7"
    assert start(code=code, ASNHR_TRUSTED_PROXIES="0").stdout.strip() == "127.0.0.1"
