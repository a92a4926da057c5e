"""What the demo city says of its budget, for the warning of a formation proposal: invented figures near the limit."""

from datetime import date

from asnhr.models import Agency, AgencyParameter
from positions.demo import story
from positions.queries.budget import PERSON_COST, PERSONNEL, TOTAL

DECREE = "DATA CONTOH: angka karangan, bukan APBD yang sebenarnya"


def load(agency: Agency, day: date) -> None:
    """Write the figures, in force since two years before the year of `day`. Call inside the agency's scope, once."""
    since = date(day.year - 2, 1, 1)
    AgencyParameter.objects.bulk_create(
        AgencyParameter(agency=agency, code=code, value=value, starts_on=since, decree=DECREE)
        for code, value in zip((TOTAL, PERSONNEL, PERSON_COST), story.BUDGET, strict=True)
    )
