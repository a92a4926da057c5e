"""Calculators of the establishment side: each shows one rule of `positions.rules` to everyone.

Importing this package registers them, in the order in which the page lists them; their modules are loaded when a page
or the API asks for them.
"""

from asnhr import registry

for _code, _name in (
    ("nip", "people.NIP"),
    ("retirement", "people.RETIREMENT"),
    ("workload", "needs.WORKLOAD"),
    ("workload-health", "needs.WORKLOAD_HEALTH"),
    ("unit-effectiveness", "needs.UNIT_EFFECTIVENESS"),
    ("position-map", "needs.POSITION_MAP"),
    ("projection", "needs.PROJECTION"),
    ("job-class", "needs.JOB_CLASS"),
    ("job-person-match", "needs.JOB_PERSON_MATCH"),
    ("rank-fit", "people.RANK_FIT"),
    ("rank-promotion", "people.RANK_PROMOTION"),
    ("service-in-scale", "people.SERVICE_IN_SCALE"),
    ("salary", "people.SALARY"),
    ("salary-increment", "people.SALARY_INCREMENT"),
    ("data-quality", "quality.DATA_QUALITY"),
):
    registry.calculators.register_later(_code, f"{__name__}.{_name}")
