"""`manage.py reset_login sekda`: who lost the telephone and the recovery codes, or the telephone to a stranger.

The operator's, after having made sure who asks: a login may serve several agencies, so no agency's admin does this.
"""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr.management.language import LanguageCommand
from asnhr.models import User


class Command(LanguageCommand):
    help = "Melepas verifikasi dua langkah sebuah akun dan mengakhiri semua sesinya (hanya operator)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="nama pengguna, tepat sama")
        parser.add_argument("--sessions-only", action="store_true", help="hanya akhiri sesi; verifikasi tetap")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_service=False).first()
        if user is None:
            raise CommandError(_("Tidak ada akun bernama %(name)s.") % {"name": options["username"]})
        sessions = list(UserSession.objects.filter(user=user))
        for session in sessions:
            session.end()
        if not options["sessions_only"]:
            Authenticator.objects.filter(user=user).delete()
        self.stdout.write(_("%(name)s: %(n)d sesi diakhiri.") % {"name": user.username, "n": len(sessions)})
        if not options["sessions_only"]:
            self.stdout.write(_("Verifikasi dua langkah dilepas; dipasang lagi saat masuk berikutnya."))
