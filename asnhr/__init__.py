"""Ground floor: settings, tenancy, users and roles, rulebook, runs, imports, page and API bases, the embedded stack."""

from asnhr.celery import app as celery_app

__all__ = ["celery_app"]
