"""Health answers before anything else; then one transaction a request, with the signed-in user's agency set in it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from asnhr import access, dates, registry, scope
from asnhr.models import Agency
from asnhr.roles import STAFF
from asnhr.scope import DOOR, SET_SCOPE, scope_values, set_scope

Handler = Callable[[HttpRequest], HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Fixed text: every request asks for it, and the ORM would compose it anew each time. Row security shows a user's own
# roles in any agency (the policy `own`), and no others while no agency is in scope. What the bell shows comes along, of
# an index of unread ones only: 100 stands for more.
AGENCY = tuple(field.attname for field in Agency._meta.concrete_fields)
ROLES_OF = f"""SELECT r.id, r.role,
    EXISTS (SELECT FROM mfa_authenticator m WHERE m.user_id = r.user_id AND m.type = 'totp'),
    (SELECT count(*) FROM (SELECT FROM asnhr_notification n WHERE n.agency_id = r.agency_id AND n.user_id = r.user_id
        AND n.read_at IS NULL AND n.in_app LIMIT 100) unread),
    {", ".join(f"a.{name}" for name in AGENCY)}
    FROM asnhr_roleassignment r JOIN asnhr_agency a ON a.id = r.agency_id
    WHERE r.user_id = %s AND r.starts_on <= %s AND (r.ends_on IS NULL OR r.ends_on > %s)
    ORDER BY a.code, r.id"""  # noqa: S608  columns by their names in the model


class HealthMiddleware:
    """`/healthz`: the process answers. `/readyz`: the database and the broker answer too. Neither writes anything.

    `late` does not make a web server unready: the trail waits for its sealer (worker and beat), secrets in clear.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return self.ready()
        return self.get_response(request)

    def ready(self) -> HttpResponse:
        from django.core.cache import cache

        from asnhr.audit import sealer

        failing, late = [], []
        try:
            waiting = sealer.delay()
            if waiting is not None and waiting > sealer.LATE:
                late.append("audit")
        except DatabaseError:
            failing.append("database")
        try:
            cache.get("readyz")
        except Exception:  # noqa: BLE001  any failure of the client library means not ready
            failing.append("redis")
        return JsonResponse(
            {"status": "failing" if failing else "ok", "failing": failing, "late": late}, status=503 if failing else 200
        )


class LanguageMiddleware(LocaleMiddleware):
    """Pages speak Indonesian until a person switches (cookie); the API follows `Accept-Language`, Indonesian first."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path.startswith("/api/"):
            super().process_request(request)
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


class ScopeMiddleware:
    """Open the request's transaction and scope: the user, the agency chosen (session) or the first one, the access.

    Cost for a signed-in user: the roles with the first setting, the second setting, and one query more for a person
    whose roles do not reach the whole agency: the units granted and headed. A response of 500 rolls back;
    `ATOMIC_REQUESTS` does the same for the view itself.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = request.path.split("/", 2)[1]
        before = DOOR.set(first if first in ("api", "admin") else "halaman")
        try:
            with transaction.atomic():
                if request.method not in SAFE:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [scope.LOCK_WAIT])
                enter(request, request.user)
                request.as_of = as_of(request)  # type: ignore[attr-defined]
                # A page says beside today's data that the day is none (base.html); a file has no place to say it.
                if request.no_day and "format" in request.GET and first != "api":  # type: ignore[attr-defined]
                    return no_such_day(request)
                response = self.get_response(request)
                if response.status_code >= 500:
                    transaction.set_rollback(True)
        finally:
            DOOR.reset(before)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """PostgreSQL takes no NUL in a text: a page asked for one is a bad request, not a fault of ours. Who waited too
        long for what another changes is told so."""
        if isinstance(exception, OperationalError) and getattr(exception.__cause__, "pgcode", None) in scope.LATER:
            from asnhr.pages.errors import busy

            return busy()
        if isinstance(exception, ValueError) and "NUL (0x00)" in str(exception):
            from asnhr.pages.errors import bad_request  # the pages import models

            return bad_request(request, exception)
        return None


def enter(request: HttpRequest, user: Any, permissions: frozenset[str] | None = None) -> None:
    """Set user, agency and access of the open transaction; `permissions` narrows them to a token's scopes."""
    request.agency = None  # type: ignore[attr-defined]
    request.agencies = []  # type: ignore[attr-defined]
    request.unread = 0  # type: ignore[attr-defined]
    if not user.is_authenticated:
        return
    day = dates.today()
    agencies: dict[int, Agency] = {}
    held: dict[int, list[tuple[int, str]]] = {}
    unread: dict[int, int] = {}
    with connection.cursor() as cursor:
        # Two statements in one message: row security reads in the second what the first set; its rows are answered.
        cursor.execute(f"{SET_SCOPE}; {ROLES_OF}", [*scope_values(None, user.pk), user.pk, day, day])
        for assignment, role, user.has_second_factor, waiting, *values in cursor.fetchall():
            agency = Agency.from_db(connection.alias, AGENCY, values)
            agencies.setdefault(agency.pk, agency)
            held.setdefault(agency.pk, []).append((assignment, role))
            unread[agency.pk] = waiting
    user.needs_second_factor = user.is_superuser or any(
        role in STAFF and not agencies[agency].is_sample for agency, roles in held.items() for _pk, role in roles
    )
    if not held:
        user.has_second_factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
        return
    session = getattr(request, "session", {})
    agency = agencies.get(session.get("agency", 0)) or agencies[first_of(held)]
    if len(agencies) > 1 and SESSION_KEY in session and session.get("agency") != agency.pk:
        # A role given elsewhere, or one that ends, moves no session: from the first choice on, only its owner does.
        session["agency"] = agency.pk
    set_scope(agency.pk, user.pk)
    request.agency = agency  # type: ignore[attr-defined]
    request.agencies = list(agencies.values())  # type: ignore[attr-defined]
    request.unread = unread[agency.pk]  # type: ignore[attr-defined]
    user.access = access.access_of(agency.pk, held[agency.pk], registry.scopes, nip=user.nip or "", day=day)
    # A head reads the records of others: staff as much as who was given a role.
    user.needs_second_factor |= bool(user.access.led_paths) and not agency.is_sample
    if permissions is not None:
        user.access = user.access.narrowed_to(permissions)


def first_of(held: dict[int, list[tuple[int, str]]]) -> int:
    """Return the agency of the oldest role: where somebody was before another one gave them a role."""
    return min(held, key=lambda agency: min(assignment for assignment, _role in held[agency]))


# Of what was asked for as a day, when it is told that it is none.
LONGEST_DAY = 40


def as_of(request: HttpRequest) -> date:
    """Return the day the user looks at: `?as_of=2024-01-01`, remembered in the session for pages; today by default."""
    text = request.GET.get("as_of")
    session = getattr(request, "session", None)
    # A stranger's request writes nothing, not even a session.
    remember = session is not None and request.user.is_authenticated and not request.path.startswith("/api/")
    if text is None and remember:
        text = session.get("as_of")  # type: ignore[union-attr]
    day = dates.shown_day(text)
    # Pages say it beside today's data (base.html); the API answers 400.
    request.no_day = text[:LONGEST_DAY] if text and day is None else ""  # type: ignore[attr-defined]
    if remember and "as_of" in request.GET:
        if day is None or day == dates.today():
            session.pop("as_of", None)  # type: ignore[union-attr]
        else:
            session["as_of"] = day.isoformat()  # type: ignore[index]
    return day or dates.today()


def no_such_day(request: HttpRequest) -> HttpResponse:
    """A file of a day that is none: a page of 400 that says which day was asked and which can be."""
    asked = _("“%(asked)s” bukan hari yang dapat ditampilkan.") % {"asked": request.no_day}  # type: ignore[attr-defined]
    return render(request, "400.html", {"sentence": f"{asked} {dates.rule_of_days()}"}, status=400)
