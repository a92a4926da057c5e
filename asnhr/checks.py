"""System checks of a deployment (`manage.py check --deploy`)."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from asnhr.audit import sealer


@register(Tags.security, deploy=True)
def heads_are_mailed(app_configs: Any, **_options: Any) -> list[CheckMessage]:
    """Warn when nobody outside is told the daily heads: without them whoever owns the database can write the whole
    audit trail anew, and nothing shows it."""
    missing = sealer.unmailed()
    if not missing:
        return []
    return [
        Warning(
            f"Kepala rantai audit tidak dikirim kepada siapa pun: {' dan '.join(missing)} belum diisi.",
            hint="Isi keduanya (deploy/README.md); tanpa itu kepala rantai hanya tersimpan dan tertulis di log.",
            id="asnhr.W001",
        )
    ]
