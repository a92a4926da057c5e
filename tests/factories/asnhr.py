"""Smallest valid rows of the ground floor. Tenant rows need the agency's scope open (`agency_scope`)."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from asnhr.models import Agency, AgencyParameter, RoleAssignment, Run, User


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency
        django_get_or_create = ("code",)

    code = "1271"
    name = "Pemerintah Kota Medan"
    short_name = "Medan"
    kind = "kota"
    is_sample = True


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"pengguna{n}")
    first_name = "Pengguna"
    last_name = factory.Sequence(lambda n: f"Ke-{n}")


class RoleAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = RoleAssignment

    agency = factory.SubFactory(AgencyFactory)
    user = factory.SubFactory(UserFactory)
    role = "staf_bkd"
    starts_on = date(2020, 1, 1)


class RunFactory(DjangoModelFactory):
    class Meta:
        model = Run

    agency = factory.SubFactory(AgencyFactory)
    kind = "needs"
    fingerprint = factory.Sequence(lambda n: f"{n:064d}")


class AgencyParameterFactory(DjangoModelFactory):
    class Meta:
        model = AgencyParameter

    agency = factory.SubFactory(AgencyFactory)
    code = "needs.vacancy_days"
    value = "60"
    starts_on = date(2020, 1, 1)
    decree = "Keputusan 1/2020"
