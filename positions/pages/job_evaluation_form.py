"""The factors of a job evaluation as a plain form: from levels to cells, and back with every error beside its cell.

Field names are `tingkat-<factor>` and `dasar-<factor>`. Nothing typed is lost: a form with errors is shown as it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from positions.models import JobEvaluation
from positions.queries import job_evaluation as queries
from positions.rules import job_class as rules
from positions.services.job_evaluation import Score

MOST_REASON = 500
MOST_SITUATIONS = 20


@dataclass
class Line:
    """One factor: level and reason as typed, the points that count, an error."""

    factor: rules.Factor
    level: str = ""
    reason: str = ""
    points: int | None = None
    error: str = ""

    @property
    def name(self) -> str:
        return _(self.factor.name)

    @property
    def options(self) -> list[tuple[str, int]]:
        """(level, points) of each level."""
        return [(str(level), points) for level, points in enumerate(self.factor.points, start=1)]


@dataclass
class Sheet:
    """The form: a line for every factor, and special situations of the structural ones."""

    lines: list[Line] = field(default_factory=list)
    situations: str = ""
    situations_error: str = ""
    # When the draft was changed last, as the person saw it; None: not told.
    seen: datetime | None = None

    @property
    def has_errors(self) -> bool:
        return bool(self.situations_error) or any(line.error for line in self.lines)

    def scores(self) -> list[Score]:
        """Return what the service takes; only for a form without errors."""
        return [Score(line.factor.code, int(line.level) if line.level else None, line.reason) for line in self.lines]


def stored(evaluation: JobEvaluation) -> Sheet:
    """Return the form of what is stored."""
    lines = [
        Line(row.factor, "" if row.level is None else str(row.level), row.reason, row.points)
        for row in queries.factors_of(evaluation)
    ]
    return Sheet(lines, situations=str(evaluation.special_situations))


def posted(data: Mapping[str, str], evaluation: JobEvaluation) -> Sheet:
    """Return the form as it was sent, with every error."""
    kind = rules.Kind(evaluation.kind)
    sheet = Sheet(situations=str(data.get("situasi", "")).strip(), seen=_moment(str(data.get("versi", ""))))
    if sheet.situations and not (_is_number(sheet.situations) and int(sheet.situations) <= MOST_SITUATIONS):
        sheet.situations_error = _("Situasi khusus 0 sampai 20.")
    situations = 0 if sheet.situations_error or not sheet.situations else int(sheet.situations)
    for factor in rules.FACTORS[kind]:
        line = Line(
            factor, str(data.get(f"tingkat-{factor.code}", "")).strip(),
            str(data.get(f"dasar-{factor.code}", "")).strip(),
        )  # fmt: skip
        if line.level and not (_is_number(line.level) and 1 <= int(line.level) <= len(factor.points)):
            line.error = _("Faktor %(factor)s memiliki tingkat 1 sampai %(most)s.") % {
                "factor": factor.code, "most": len(factor.points),
            }  # fmt: skip
        elif line.level:
            line.points = rules.points_of(kind, factor, int(line.level), special_situations=situations)
        if len(line.reason) > MOST_REASON:
            line.error = _("Dasar penilaian %(factor)s paling panjang 500 huruf.") % {"factor": factor.code}
        sheet.lines.append(line)
    return sheet


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
