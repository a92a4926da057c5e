"""How people's education fits jobs that they do not hold yet; holders are judged by the analysis, by the same rule."""

from collections.abc import Collection, Iterable

from django.db.models.functions import Coalesce, Trim, Upper

from positions.models import Employee, EmployeeEducation, Job, JobEducation
from positions.rules.education import Degree, EducationFit, Requirement, education_fit


def fits(agency_id: int, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], EducationFit]:
    """Return the fit (positions.rules.education) of each (employee, job); four queries, none for no pairs."""
    wanted = set(pairs)
    if not wanted:
        return {}
    people, jobs = {employee for employee, _job in wanted}, {job for _employee, job in wanted}
    degrees: dict[int, list[tuple[str, str]]] = {}
    own = Employee.objects.filter(agency_id=agency_id, pk__in=people)
    level = Coalesce("education_level_id", "education__level_id")
    for employee, code, field in own.order_by("pk").values_list("pk", level, "education__field"):
        degrees.setdefault(employee, []).append((code or "", field or ""))
    past = EmployeeEducation.objects.filter(agency_id=agency_id, employee__in=people)
    named = Coalesce("education__field", Upper(Trim("name")))
    for employee, code, field in past.order_by("pk").values_list("employee_id", "level_id", named):
        degrees.setdefault(employee, []).append((code, field))
    accepted: dict[int, set[str]] = {}
    fields = JobEducation.objects.filter(agency_id=agency_id, job__in=jobs)
    for job, field in fields.order_by("pk").values_list("job_id", "field"):
        accepted.setdefault(job, set()).add(field.upper())
    levels = dict(Job.objects.filter(agency_id=agency_id, pk__in=jobs).values_list("pk", "education_level_id"))
    return {
        (employee, job): education_fit(
            [Degree(code, _named(field, accepted.get(job, ()))) for code, field in degrees.get(employee, [])],
            Requirement(levels.get(job), frozenset(accepted.get(job, ()))),
        )
        for employee, job in wanted
    }


def _named(field: str, accepted: Collection[str]) -> str:
    """Return the accepted field that `field` is, or contains as whole words; else itself."""
    return next((one for one in sorted(accepted) if f" {one} " in f" {field} "), field)
