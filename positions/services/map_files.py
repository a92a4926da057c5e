"""The PDF of a large position map: asked for once, drawn sheet by sheet by a run, kept for some days.

A map of a few sheets is drawn in the request (`positions.pages.position_map`); that of a whole agency is hundreds.
"""

import io
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import access, dates
from asnhr.errors import NotAllowed
from asnhr.imports import storage
from asnhr.models import Agency, Run, User
from asnhr.pdf import SECONDS_IN_RUN
from asnhr.scope import agency_scope
from asnhr.services import Progress, request_run
from positions import map_exports, permissions

KIND = "map"
AREA = "maps"
# A branch of more units than this is drawn in the background; a file stays this many days.
AT_ONCE, KEPT_DAYS = 24, 14


@transaction.atomic
def request_map(
    *, agency: Agency, actor: User, unit_id: int | None, day: date, colour: str, language: str
) -> tuple[Run, bool]:
    """Return (run, is_new) of the map of a unit and all below it (None: all that the actor sees) on a day.

    Raises NotAllowed. The agency's scope must be open.
    """
    permissions.check_may(actor, "view_register")
    asked = {"unit": unit_id, "day": day.isoformat(), "colour": colour, "language": language}
    # Who sees some units only has a map of their own, and a run that nobody else sees.
    whole = permissions.access_of(actor).whole_agency
    return request_run(
        agency=agency, kind=KIND, parameters=asked, actor=actor, same_as=asked | {"of": None if whole else actor.pk}
    )


def finished(user: Any, unit_id: int | None, day: date, colour: str) -> Run | None:
    """Return the newest finished run of the same map that the user sees and whose file is still there."""
    runs = Run.objects.visible_to(user).filter(kind=KIND, state=Run.State.DONE, finished_at__gte=_oldest())
    # Of one's own: what another sees may be another map.
    same = runs.filter(parameters__unit=unit_id, parameters__day=day.isoformat(), parameters__colour=colour)
    return same.filter(requested_by=user).order_by("-finished_at", "-pk").first()


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Draw the map of a run as its asker sees it (`asnhr.services.execute` calls it in the agency's scope)."""
    user: Any = run.requested_by
    if user is None or not user.is_active:
        raise NotAllowed(_("Akun ini sudah ditutup."))
    user.access = access.resolve(user, run.agency_id, dates.today())
    permissions.check_may(user, "view_register")
    asked = run.parameters
    with translation.override(asked["language"]):
        found = map_exports.branch_of(user, run.agency, date.fromisoformat(asked["day"]), asked["unit"])
        content, count = map_exports.pdf_of(
            found, colour=asked["colour"], most=map_exports.MOST_IN_RUN,
            told=lambda done, total: progress.at(gettext_noop("Menggambar lembar"), done=done, total=total),
            seconds=SECONDS_IN_RUN,
        )  # fmt: skip
    kept = storage.keep(run.agency.code, io.BytesIO(content), AREA)
    Run.objects.filter(agency_id=run.agency_id, pk=run.pk).update(
        parameters=asked | {"stored_as": kept.name, "filename": f"{found.name}.pdf"}
    )
    return {"counts": {"sheets": count}, "problems": [], "result_path": f"/unit/peta/berkas/{run.pk}/"}


def kept_files(agency: Agency) -> list[str]:
    """Return the names of the kept maps of an agency, for the rotation of keys. The agency's scope must be open."""
    runs = Run.objects.filter(agency=agency, kind=KIND, state=Run.State.DONE, finished_at__gte=_oldest())
    return list(runs.order_by("pk").values_list("parameters__stored_as", flat=True))


def tidy(agency: Agency) -> int:
    """Remove files older than they are kept; return how many. Opens the agency's scope itself."""
    with agency_scope(agency, reason="masa simpan berkas peta jabatan"):
        named = set(kept_files(agency))
    return storage.sweep(agency.code, named, AREA)


def _oldest() -> Any:
    return timezone.now() - timedelta(days=KEPT_DAYS)
