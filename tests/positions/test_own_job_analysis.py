"""The job-analysis document of the own post: its holder reads the version in force, nobody else comes by that door."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Incumbency
from positions.services import job_analysis as services
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_job_analysis import DAY, World
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)
    made = World()
    with agency_scope(made.agency, made.writer.pk):
        yield made


def test_the_holder_reads_the_version_in_force_from_the_own_page(client, world):
    of = {"agency": world.agency, "unit": world.unit}
    holder, colleague = (make.EmployeeFactory(**of) for _one in range(2))
    held = make.IncumbencyFactory(agency=world.agency, position=world.position, employee=holder)
    make.IncumbencyFactory(agency=world.agency, position=world.head, employee=colleague)
    done = world.approved()
    draft = services.start(actor=world.writer, position=world.position, day=DAY)
    page, file = (reverse(name, args=parts) for name, parts in (
        ("own-job-analysis", [done.pk]), ("own-job-analysis-file", [done.pk, "pdf"]),
    ))  # fmt: skip

    client.force_login(user_with(world.agency, "pegawai", username="pemangku", nip=holder.nip))
    assert page in client.get(reverse("employee-own")).content.decode()
    with CaptureQueriesContext(connection) as queries:
        shown = client.get(page)
    assert "Mengolah data sosial." in shown.content.decode()
    assert len(queries) <= 15
    assert client.get(file).content.startswith(b"%PDF-")
    assert client.get(reverse("own-job-analysis-file", args=[done.pk, "docx"])).content[:2] == b"PK"
    assert client.get(reverse("own-job-analysis-file", args=[done.pk, "exe"])).status_code == 404
    # What is being written is not for the holder, nor are the officers' pages.
    assert client.get(reverse("own-job-analysis", args=[draft.pk])).status_code == 404
    assert client.get(reverse("job-analysis-detail", args=[done.pk])).status_code == 403
    assert client.post(page).status_code == 405

    jambi = api_world.jambi()
    strangers = [
        user_with(world.agency, "pegawai", username="rekan", nip=colleague.nip),
        user_with(world.agency, "pegawai", username="tanpa"),
        # The same person under the other agency, which knows no such post.
        user_with(jambi, "pegawai", username="jambi", nip="198001012005011001"),
    ]
    for stranger in strangers:
        client.force_login(stranger)
        assert client.get(page).status_code == client.get(file).status_code == 404
    client.force_login(user_with(world.agency, "staf_bkd", username="bkd"))
    assert client.get(page).status_code == 403

    Incumbency.objects.filter(pk=held.pk).update(ends_on=date(2026, 11, 1))
    client.force_login(type(strangers[0]).objects.get(username="pemangku"))
    assert client.get(page).status_code == 404
