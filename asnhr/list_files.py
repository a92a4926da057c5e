"""Files of lists with very many rows: a run writes them, the one who asked fetches them for some days.

A list of up to `LIST_ROWS_AT_ONCE` rows is written within the request. Beyond, the page asks first, and a worker opens
the same address as the same person: what it reads is what that person may read, what the list writes down about looks
is written down, and the file is byte for byte the one that the request would have given. No web process grows with it.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import JSONObject
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import access, dates
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import storage
from asnhr.models import Agency, Run, User
from asnhr.models._visible import OWN_FILE, access_of
from asnhr.pages.routes import may_open
from asnhr.scope import agency_scope
from asnhr.services import Progress, request_run

KIND, AREA = OWN_FILE, "lists"
# Rows between two signs of how far the file is.
STEP = 500


def is_large(request: HttpRequest, rows: int) -> bool:
    """Return whether a file of `rows` rows is left to a run. Never within one, and not for who has no agency: a run is
    an agency's (the roll-up of all agencies has a row for each)."""
    if rows <= settings.LIST_ROWS_AT_ONCE or hasattr(request, "run_progress"):
        return False
    return access_of(request.user).agency_id is not None


@transaction.atomic
def request_file(*, request: HttpRequest, query: QueryDict) -> tuple[Run, bool]:
    """Return (run, is_new) of the file of the list at this address with `query`, as its user sees it."""
    user, agency = cast(User, request.user), cast(Agency, request.agency)  # type: ignore[attr-defined]
    asked = {
        "path": request.path, "query": query.urlencode(),
        "as_of": request.as_of.isoformat(),  # type: ignore[attr-defined]
        "language": (translation.get_language() or "id")[:2],
    }  # fmt: skip
    # What another sees may be other rows: a run is of one person.
    return request_run(agency=agency, kind=KIND, parameters=asked, actor=user, same_as=asked | {"of": user.pk})


def of_person(user: Any) -> Any:
    """Return the runs whose file is there and the user's own."""
    runs = Run.objects.visible_to(user).filter(kind=KIND, state=Run.State.DONE, finished_at__gte=_oldest())
    return runs.filter(requested_by=user)


def newest(request: HttpRequest, query: QueryDict) -> Run | None:
    """Return the user's newest finished run of the same list."""
    same = of_person(request.user).filter(
        parameters__path=request.path, parameters__query=query.urlencode(),
        parameters__as_of=request.as_of.isoformat(),  # type: ignore[attr-defined]
    )  # fmt: skip
    found: Run | None = same.order_by("-finished_at", "-pk").first()
    return found


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Write the file of a run as its asker gets it (`asnhr.services.execute` calls it in the agency's scope)."""
    user: Any = run.requested_by
    if user is None or not user.is_active:
        raise NotAllowed(_("Akun ini sudah ditutup."))
    user.access = access.resolve(user, run.agency_id, dates.today(), heads=True)
    asked = run.parameters
    if not may_open(user, asked["path"]):
        raise NotAllowed(_("Peran Anda tidak mencakup halaman ini."))
    with translation.override(asked["language"]):
        answer = _answer(run, user, progress)
    # Of the answer only its file is closed: the end of a request would close the connection of this transaction.
    with closing(cast(BinaryIO, answer.file_to_stream)) as file:
        kept = storage.keep(run.agency.code, file, AREA)
    Run.objects.filter(agency_id=run.agency_id, pk=run.pk).update(
        parameters=asked | {"stored_as": kept.name, "filename": answer.filename}
    )
    # A page that writes its file otherwise told no rows: none are claimed then.
    counts = {"rows": progress.total} if progress.total else {}
    return {"counts": counts, "problems": [], "result_path": f"/pekerjaan/{run.pk}/berkas/"}


class _Told:
    """What the page would have told the person: the reason when it gives no file."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, level: int, message: Any, extra_tags: str = "") -> None:
        self.sentences.append(str(message))


def _answer(run: Run, user: Any, progress: Progress) -> FileResponse:
    """Return what the address answers to the asker. Raises RuleBroken where that is no file."""
    asked, request, told = run.parameters, cast(Any, HttpRequest()), _Told()
    request.method, request.path, request.path_info = "GET", asked["path"], asked["path"]
    request.GET = QueryDict(asked["query"])
    request.user, request.agency, request.agencies, request.unread = user, run.agency, [run.agency], 0
    request.as_of, request.session, request.htmx = date.fromisoformat(asked["as_of"]), {}, False
    request._messages, request.run_progress = told, progress
    try:
        request.resolver_match = match = resolve(asked["path"])
        answer = match.func(request, *match.args, **match.kwargs)
    except PermissionDenied as refusal:
        raise NotAllowed(str(refusal) or _("Peran Anda tidak mencakup halaman ini.")) from refusal
    except (Http404, Resolver404) as gone:
        raise RuleBroken(_("Daftar ini tidak ada lagi.")) from gone
    if not isinstance(answer, FileResponse) or answer.file_to_stream is None:
        raise RuleBroken(" ".join(told.sentences) or _("Daftar ini tidak menghasilkan berkas."))
    return answer


def watched(request: HttpRequest, rows: Iterable[Any], total: int) -> Iterator[Any]:
    """Yield the rows; within a run, tell it how many of `total` are written."""
    progress: Progress | None = getattr(request, "run_progress", None)
    if progress is None:
        yield from rows
        return
    for number, row in enumerate(rows):
        if number % STEP == 0:
            progress.at(gettext_noop("Menulis baris"), done=min(number, total), total=total)
        yield row


def names_of(agency: Agency) -> list[str]:
    """Return the names of the kept files of an agency, for the rotation of keys. The agency's scope must be open."""
    runs = Run.objects.filter(agency=agency, kind=KIND, state=Run.State.DONE, parameters__has_key="stored_as")
    return list(runs.order_by("pk").values_list("parameters__stored_as", flat=True))


def purge(agency: Agency) -> int:
    """Delete the files whose days are over, and what was searched for; return how many. Opens the scope itself."""
    with agency_scope(agency, reason="masa simpan berkas daftar"):
        over = Run.objects.filter(
            agency=agency, kind=KIND, finished_at__lt=_oldest(), parameters__has_key="query"
        )  # fmt: skip
        names = [name for name in over.order_by("pk").values_list("parameters__stored_as", flat=True) if name]
        # A word in the query may be a person's name.
        over.update(parameters=JSONObject(path="parameters__path"), result_path="")
        named = set(names_of(agency))
    for name in names:
        storage.remove(agency.code, name, AREA)
    storage.sweep(agency.code, named, AREA)
    return len(names)


def _oldest() -> Any:
    return timezone.now() - timedelta(days=settings.LIST_FILE_DAYS)
