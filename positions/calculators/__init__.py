"""Calculators of the establishment side: each shows one rule of `positions.rules` to everyone.

Importing this package registers them, in the order in which the page lists them.
"""

from asnhr import registry
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
