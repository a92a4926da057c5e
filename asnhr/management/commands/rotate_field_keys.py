"""Write every encrypted value and file anew under the newest key of ASNHR_FIELD_KEYS, so that the old can be dropped.

Lookup hashes keep the oldest key, which therefore stays last in the list (asnhr/crypto.py).
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from asnhr import crypto, registry
from asnhr.audit import apart
from asnhr.imports import storage
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency, ImportJob
from asnhr.scope import agency_scope

BATCH = 1000


class Command(LanguageCommand):
    help = "Tulis ulang semua nilai dan berkas terenkripsi dengan kunci terbaru."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for model in apps.get_models():
            fields = [field for field in model._meta.local_fields if isinstance(field, crypto.Encrypted)]
            for field in fields:
                for agency in Agency.objects.order_by("code"):
                    total += self._rotate(model, field, agency)
        # The nation's chain keeps secrets of logins.
        for agency in Agency.chains.order_by("code"):
            total += self._rotate_trail(agency)
        total += self._rotate_second_factors()
        self.stdout.write(_("%(total)d nilai ditulis ulang dengan kunci terbaru.") % {"total": total})
        files = 0
        unreadable: list[str] = []
        for agency in Agency.objects.order_by("code"):
            rotated, lost = self._rotate_files(agency)
            files, unreadable = files + rotated, unreadable + lost
        self.stdout.write(_("%(files)d berkas ditulis ulang dengan kunci terbaru.") % {"files": files})
        if unreadable:
            raise CommandError(
                _("Berkas berikut tidak dapat dibuka dengan kunci yang ada: %(names)s.")
                % {"names": ", ".join(unreadable)}
            )

    def _rotate_second_factors(self) -> int:
        """Rotate the secrets of authenticators and recovery codes, which allauth keeps as JSON."""
        last, count = 0, 0
        while True:
            with transaction.atomic():
                rows = list(Authenticator.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH])
                if not rows:
                    return count
                changed = []
                for each in rows:
                    kept = {name: self._again(value) for name, value in each.data.items()}
                    if kept != each.data:
                        each.data = kept
                        changed.append(each)
                Authenticator.objects.bulk_update(changed, ["data"])
            last, count = rows[-1].pk, count + len(changed)

    @staticmethod
    def _again(value: Any) -> Any:
        if isinstance(value, list):
            return [crypto.rotate(token) if isinstance(token, str) else token for token in value]
        return crypto.rotate(value) if isinstance(value, str) else value

    def _rotate_trail(self, agency: Agency) -> int:
        """Rotate what the audit trail keeps apart; only a function of the database may write there."""
        last, count = 0, 0
        while True:
            with agency_scope(agency):
                last, rotated = apart.rotate(agency.pk, last, BATCH)
            if not rotated:
                return count
            count += rotated

    def _rotate_files(self, agency: Agency) -> tuple[int, list[str]]:
        """Rotate the kept files of an agency; return how many, and the names of those no key opens."""
        count, unreadable = 0, []
        with agency_scope(agency):
            kept = [(storage.IMPORTS, name) for name in self._imported(agency)]
            for area, names_of in registry.stored_files.items():
                kept += [(area, name) for name in names_of(agency)]
        for area, name in kept:
            try:
                count += storage.rotate(agency.code, name, area)
            except FileNotFoundError:
                continue  # deleted by hand; its page says so
            except storage.Unreadable:
                unreadable.append(f"{area}/{agency.code}/{name}")
        return count, unreadable

    def _imported(self, agency: Agency) -> list[str]:
        jobs = ImportJob.objects.filter(agency=agency, file_deleted_at__isnull=True)
        return list(jobs.order_by("pk").values_list("stored_as", flat=True))

    def _rotate(self, model: type[models.Model], field: models.Field, agency: Agency) -> int:
        """Rotate one column of one agency in batches; a batch is a transaction, so a stop in between loses nothing."""
        table, column, last, count = model._meta.db_table, field.column, 0, 0
        while True:
            with agency_scope(agency), connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT id, {column} FROM {table} WHERE agency_id = %s AND id > %s AND {column} <> ''"  # noqa: S608
                    " ORDER BY id LIMIT %s FOR UPDATE",
                    [agency.pk, last, BATCH],
                )
                rows = cursor.fetchall()
                if not rows:
                    return count
                cursor.execute(
                    f"UPDATE {table} t SET {column} = new.token"  # noqa: S608  names come from the model
                    " FROM unnest(%s::bigint[], %s::text[]) AS new(id, token)"
                    " WHERE t.agency_id = %s AND t.id = new.id",
                    [[row[0] for row in rows], [crypto.rotate(row[1]) for row in rows], agency.pk],
                )
            last, count = rows[-1][0], count + len(rows)
