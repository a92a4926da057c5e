"""Calculators of the establishment side: each shows one rule of `positions.rules` to everyone.

Importing this package registers them, in the order in which the page lists them.
"""

from django.utils.translation import gettext_lazy as _

from asnhr import registry
from asnhr.pages.context import Group, Link
from positions.calculators import needs, people, quality

for _calculator in (
    people.NIP,
    people.RETIREMENT,
    needs.WORKLOAD,
    needs.WORKLOAD_HEALTH,
    needs.UNIT_EFFECTIVENESS,
    needs.POSITION_MAP,
    needs.PROJECTION,
    needs.JOB_CLASS,
    needs.JOB_PERSON_MATCH,
    people.RANK_FIT,
    people.RANK_PROMOTION,
    people.SERVICE_IN_SCALE,
    people.SALARY,
    people.SALARY_INCREMENT,
    quality.DATA_QUALITY,
):
    registry.calculators.register(_calculator.code, _calculator)

registry.navigation.register(
    "open",
    Group(_("Terbuka untuk umum"), (Link(_("Kalkulator"), "calculator-list", "calculator", also=("calculator",)),)),
)
