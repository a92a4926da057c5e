"""Admin of the register: what unit and regional admins keep up; services own results, decisions, proposals, ABK.

One module a topic, all read here, because a page is registered when its module is read.
"""

from positions.admin import (
    agenda,
    analysis,
    attention,
    competency,
    documents,
    goals,
    histories,
    job_analysis,
    job_evaluation,
    jobs,
    people,
    posts,
    proposals,
    quality,
    roles,
    units,
    workload,
)

__all__ = [
    "agenda",
    "analysis",
    "attention",
    "competency",
    "documents",
    "goals",
    "histories",
    "job_analysis",
    "job_evaluation",
    "jobs",
    "people",
    "posts",
    "proposals",
    "quality",
    "roles",
    "units",
    "workload",
]
