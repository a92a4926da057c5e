"""Tasks of notifications: thin doors; each may run twice, and a broker that is down delays them, no more."""

from django.db import connection

from asnhr import dates, queue
from asnhr.celery import app
from asnhr.models import Agency
from asnhr.notifications import digests, retention, service, webhooks


@app.task(name="asnhr.tasks.dispatch_notifications")
def dispatch_notifications() -> None:
    """Every ten seconds: a task for each agency or endpoint for which something waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, agency, endpoint FROM notification_work()")
        found = cursor.fetchall()
    for what, agency_id, endpoint_id in found:
        match what:
            case "event":
                queue.after_commit("asnhr.tasks.spread_events", agency_id=agency_id)
            case "mail":
                queue.after_commit("asnhr.tasks.send_digests", agency_id=agency_id)
            case _:
                queue.after_commit("asnhr.tasks.deliver_webhooks", agency_id=agency_id, endpoint_id=endpoint_id)


@app.task(name="asnhr.tasks.spread_events")
def spread_events(agency_id: int) -> None:
    """Hand on what waits in an agency's outbox, then send to its endpoints at once."""
    if service.spread(agency_id, dates.today()):
        dispatch_notifications()


@app.task(name="asnhr.tasks.send_digests")
def send_digests(agency_id: int) -> None:
    """Send the digests of an agency that are due."""
    digests.send_due(agency_id)


@app.task(name="asnhr.tasks.deliver_webhooks")
def deliver_webhooks(agency_id: int, endpoint_id: int) -> None:
    """Send what is due to one endpoint."""
    webhooks.deliver(agency_id, endpoint_id)


@app.task(name="asnhr.tasks.compose_digests")
def compose_digests() -> None:
    """Every morning: the day's digests, agency by agency; they are sent by `dispatch_notifications`."""
    day = dates.today()
    for agency in Agency.objects.order_by("code"):
        digests.compose(agency.pk, day)


@app.task(name="asnhr.tasks.purge_notifications")
def purge_notifications() -> None:
    """Every night: forget what is past its time, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        retention.purge(agency.pk)
