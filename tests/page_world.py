"""Every page of the product with rows on it, for tests that open all of them; not a test module.

The addresses come from the URL resolver and the rows from `tests/test_matrix.py`, so that a new page is opened the day
it is added. One person holds every role in the agency: what any role may open, this one may.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client

from asnhr import roles
from asnhr.dates import today
from asnhr.models import RoleAssignment
from asnhr.scope import agency_scope
from positions import models
from positions.queries import job_analysis
from tests.factories.asnhr import AgencyFactory, UserFactory
from tests.factories.positions import EmployeeFactory, IncumbencyFactory
from tests.positions.needs_pages import analyse, small_city
from tests.roles import user_with
from tests.test_matrix import EVERY, Address, World, _fill

# Nothing that a person looks at: files, answers to programs, doors that only lead elsewhere.
NO_PAGES = {
    "agency-choose", "set_language", "account_logout", "account_signup", "account_inactive",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "admin:jsi18n", "admin:view_on_site",
    "admin:autocomplete", "admin:logout", "admin:login",
}  # fmt: skip
# One kind of page of the admin stands for those of the other models; a list, a form with and one without inlines.
ADMIN_MODELS = {"positions_employee", "positions_unit", "positions_position", "asnhr_user", "asnhr_agencyparameter"}


@dataclass(frozen=True)
class Page:
    name: str
    url: str


@dataclass
class PageWorld:
    agency: Any
    user: Any
    world: World

    def pages(self, *, every_model: bool = False) -> list[Page]:
        """Return the pages by name and address. `every_model`: the admin's of all models, not of a few."""
        found = []
        for address in EVERY:
            if not is_page(address) or (address.is_admin and not every_model and not of_few(address)):
                continue
            try:
                url = self.world.url(address, "own")
            except KeyError:
                # `test_every_address_is_known` says so.
                continue
            if url is not None:
                found.append(Page(address.name, url))
        return found

    def opening(self) -> list[Page]:
        """Return the pages that answer with a page: no file, no way on, no address that only takes forms."""
        client = Client(raise_request_exception=False)
        client.force_login(self.user)
        answers = ((page, client.get(page.url)) for page in self.pages())
        return [
            page for page, answer in answers
            if answer.status_code == 200 and not answer.streaming and b"<html" in answer.content
        ]  # fmt: skip


def session_of(user: Any) -> str:
    """Return the key of a session in which `user` is signed in, for the browser's cookie: no form a page."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_page(address: Address) -> bool:
    name = address.name
    if address.is_admin and name.endswith("_delete"):
        return False
    return not (address.is_api or name in NO_PAGES or name.startswith("idp:") or name.endswith(("-svg", "-pdf")))


def of_few(address: Address) -> bool:
    name = address.name.removeprefix("admin:")
    return name.count("_") < 2 or name.rpartition("_")[0] in ADMIN_MODELS


def _own_document(agency: Any, person: Any, officer: Any) -> Any:
    """Return the job-analysis document in force of a post that `person` holds."""
    position = IncumbencyFactory(agency=agency, employee=person, position__unit=person.unit).position
    day = today()
    return models.JobAnalysis.objects.create(
        agency=agency, position=position, version=1, summary="Menyusun rencana kerja.", elements=[1, 2],
        facts=job_analysis.facts_of(position, day).as_json(), state="disetujui", decree="060/1", decree_on=day,
        starts_on=day, reviewed_on=day, review_by=day + timedelta(days=365), approved_by=officer,
        created_by=UserFactory(),
    )  # fmt: skip


def build() -> PageWorld:
    """Fill an agency with a row of every kind and a finished analysis; commit is the caller's (a live server reads)."""
    agency = AgencyFactory()
    city = small_city(agency)
    user = user_with(agency, "staf_bkd", username="semua", first_name="Rina", last_name="Siregar", is_staff=True)
    with agency_scope(agency):
        for role in roles.ROLES.values():
            if role.reach != "unit" and role.slug not in ("staf_bkd", "integrasi"):
                RoleAssignment.objects.create(agency=agency, user=user, role=role.slug, starts_on="2020-01-01")
        rows = _fill(agency, city.belawan)
        person = EmployeeFactory(agency=agency, unit=city.belawan, name="Rina Siregar")
        user.nip = person.nip
        user.save()
        rows["ownjobanalysis"] = _own_document(agency, person, rows["user"])
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    analysis = analyse(agency, today())
    with agency_scope(agency):
        rows["needsanalysis"] = analysis
        rows["needsresult"] = models.NeedsResult.objects.get(analysis=analysis, position=city.short[0])
        line = models.RecommendationLine.objects.filter(result=rows["needsresult"]).first()
        rows["recommendationline"] = line or rows["recommendationline"]
    world = World(agency, agency, city.belawan)
    world.rows["own"] = rows
    return PageWorld(agency, user, world)
