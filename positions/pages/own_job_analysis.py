"""The job-analysis document of the own post, for who holds it: the version in force, as page and as file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from asnhr import dates
from positions import job_analysis_document
from positions.models import JobAnalysis
from positions.pages import doors
from positions.pages.job_analysis import file_of
from positions.queries import job_analysis as queries


def _found(request: HttpRequest, pk: int) -> JobAnalysis:
    analysis: JobAnalysis = doors.found(queries.own_documents(request.user, dates.today()), pk=pk)
    return analysis


@doors.needs("view_own")
@require_safe
def own_job_analysis(request: HttpRequest, pk: int) -> HttpResponse:
    """The fifteen elements as they were approved; 404 for a post that the person does not hold today. Six queries."""
    analysis = _found(request, pk)
    today = dates.today()
    facts = queries.facts_for(analysis, today)
    context: dict[str, Any] = {
        "review_due": analysis.review_due(today),
        "analysis": analysis, "position": analysis.position, "editable": frozenset(),
        "sections": job_analysis_document.sections(analysis, facts, queries.entries_of(analysis)),
        "crumbs": [(_("Data saya"), reverse("employee-own")), (_("Analisis jabatan saya"), "")],
    }  # fmt: skip
    return render(request, "positions/own_job_analysis.html", context)


@doors.needs("view_own")
@require_safe
def own_job_analysis_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The same as PDF or Word."""
    return file_of(request, _found(request, pk), kind)
