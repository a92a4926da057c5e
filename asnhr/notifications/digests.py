"""Digests by mail: what a person wants by mail and has not read, once a day or once a week, sent until it is taken."""

import smtplib
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_noop, ngettext

from asnhr.models import MailDigest, Notification, NotificationSetting
from asnhr.notifications import catalogue
from asnhr.scope import agency_scope

SCHEDULE = (60, 300, 1800, 7200, 18_000, 36_000)  # seconds until the next attempt
LEASE = timedelta(minutes=3)
MOST_LINES = 50
MONDAY = 0
REFUSED = gettext_noop("Alamat surel ditolak server.")
AWAY = gettext_noop("Server surel tidak menerima.")

# Only digests made here get notifications: one that was made before may be on its way.
_COMPOSE = """
WITH made AS (
    INSERT INTO asnhr_maildigest (agency_id, user_id, uid, day, state, attempts, next_at, error)
    SELECT %(agency)s, u.id, gen_random_uuid(), %(day)s, 'menunggu', 0, %(now)s, ''
    FROM asnhr_user u
    LEFT JOIN asnhr_notificationsetting s ON s.agency_id = %(agency)s AND s.user_id = u.id
    WHERE u.is_active AND NOT u.is_service AND u.email <> ''
    AND coalesce(s.digest, 'harian') = ANY (%(digests)s)
    AND EXISTS (SELECT FROM asnhr_notification n WHERE n.agency_id = %(agency)s AND n.user_id = u.id
        AND n.by_mail AND n.digest_id IS NULL AND n.read_at IS NULL)
    AND EXISTS (SELECT FROM asnhr_roleassignment r WHERE r.agency_id = %(agency)s AND r.user_id = u.id
        AND (r.ends_on IS NULL OR r.ends_on > %(day)s))
    ON CONFLICT DO NOTHING
    RETURNING id, user_id
), taken AS (
    UPDATE asnhr_notification n SET digest_id = made.id FROM made
    WHERE n.agency_id = %(agency)s AND n.user_id = made.user_id
    AND n.by_mail AND n.digest_id IS NULL AND n.read_at IS NULL
)
SELECT count(*) FROM made
"""


def compose(agency_id: int, day: date) -> int:
    """Make the digests of `day` for everybody with something unread; return how many. A second call makes none."""
    digests = ["harian", "mingguan"] if day.weekday() == MONDAY else ["harian"]
    with agency_scope(agency_id, reason="ringkasan surel"), connection.cursor() as cursor:
        cursor.execute(_COMPOSE, {"agency": agency_id, "day": day, "now": timezone.now(), "digests": digests})
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Claim:
    digest_id: int
    attempts: int
    message: EmailMultiAlternatives


def send_due(agency_id: int) -> int:
    """Send the digests that are due; return how many went out. Each is claimed by a lease in one transaction, sent in
    none, recorded in another: after a crash it is sent again, under the same Message-ID."""
    mailer, sent = get_connection(), 0
    try:
        while (claim := _claim(agency_id)) is not None:
            error, permanent = _send(claim.message, mailer)
            _record(agency_id, claim, error, permanent)
            if error and not permanent:
                # The server is away; the others wait for the next round.
                break
            sent += not error
    finally:
        mailer.close()
    return sent


def _claim(agency_id: int) -> Claim | None:
    now = timezone.now()
    while True:
        with agency_scope(agency_id, reason="ringkasan surel"):
            due = MailDigest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user", "agency")
            row = (
                due.filter(agency_id=agency_id, state=MailDigest.State.WAITING, next_at__lte=now)
                .order_by("next_at", "pk")
                .first()
            )
            if row is None:
                return None
            rows = Notification.objects.filter(agency_id=agency_id, digest=row, read_at__isnull=True)
            lines = list(rows.select_related("event").order_by("-pk")[: MOST_LINES + 1])
            if not lines or not row.user.is_active or not row.user.email:
                # Read meanwhile, or nobody to write to: nothing is sent.
                row.delete()
                continue
            setting = NotificationSetting.objects.filter(agency_id=agency_id, user=row.user).first()
            language = setting.language if setting else NotificationSetting.Language.INDONESIAN
            row.attempts, row.next_at = row.attempts + 1, now + LEASE
            row.save(update_fields=["attempts", "next_at"])
            return Claim(row.pk, row.attempts, message_of(row, lines, rows.count(), str(language)))


def message_of(digest: MailDigest, lines: list[Notification], total: int, language: str) -> EmailMultiAlternatives:
    """Return the message, text and HTML, in the reader's language. It names nobody but its reader's address."""
    with translation.override(language):
        context: dict[str, Any] = {
            "lines": [
                {
                    "name": kind.name if (kind := catalogue.kind_of(row.event.kind)) else row.event.kind,
                    "words": catalogue.words_of(row.event.kind, row.event.data),
                    "at": row.event.happened_at,
                    "url": f"{settings.PUBLIC_URL}{row.event.url}" if settings.PUBLIC_URL and row.event.url else "",
                }
                for row in lines[:MOST_LINES]
            ],
            "more": max(0, total - MOST_LINES),
            "agency": digest.agency,
            "language": language,
            "site": settings.PUBLIC_URL,
        }
        subject = ngettext("%(n)s pemberitahuan baru", "%(n)s pemberitahuan baru", total) % {"n": total}
        message = EmailMultiAlternatives(
            f"[ASNHR] {subject}",
            render_to_string("notifications/digest.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [formataddr(("", digest.user.email))],
            headers={
                "Message-ID": f"<{digest.uid}@asnhr>", "Content-Language": language, "Auto-Submitted": "auto-generated",
            },
        )  # fmt: skip
        message.attach_alternative(render_to_string("notifications/digest.html", context), "text/html")
    return message


def _send(message: EmailMultiAlternatives, mailer: Any) -> tuple[str, bool]:
    """Return (what went wrong, whether trying again is of no use); ("", False) when the server took it."""
    message.connection = mailer
    try:
        mailer.open()
        message.send()
    except smtplib.SMTPRecipientsRefused as problem:
        codes = [code for code, _words in problem.recipients.values()]
        return f"{REFUSED} · {', '.join(map(str, codes))}", min(codes) >= 500
    except (smtplib.SMTPException, OSError) as problem:
        mailer.close()
        return f"{AWAY} · {type(problem).__name__}", False
    return "", False


def _record(agency_id: int, claim: Claim, error: str, permanent: bool) -> None:
    now = timezone.now()
    with agency_scope(agency_id, reason="ringkasan surel"):
        mine = MailDigest.objects.filter(agency_id=agency_id, pk=claim.digest_id, state=MailDigest.State.WAITING)
        if not error:
            mine.update(state=MailDigest.State.SENT, sent_at=now, error="")
        elif permanent or claim.attempts > len(SCHEDULE):
            mine.update(state=MailDigest.State.FAILED, error=error[:300])
        else:
            mine.filter(attempts=claim.attempts).update(
                next_at=now + timedelta(seconds=SCHEDULE[claim.attempts - 1]), error=error[:300]
            )
