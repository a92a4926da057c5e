"""What an own copy calls tables and columns whose packages name them in English alone."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Table → its name, and its columns about the person.
LIBRARY: dict[str, tuple[Any, dict[str, Any]]] = {
    "usersessions.UserSession": (
        _("sesi masuk"),
        {"user": _("akun"), "created_at": _("masuk pada"), "ip": _("alamat IP"),
         "last_seen_at": _("terakhir terlihat pada"), "user_agent": _("peramban dan perangkat")},
    ),
    "account.EmailAddress": (_("surel akun"), {"user": _("akun"), "email": _("surel")}),
    "account.EmailConfirmation": (_("konfirmasi surel akun"), {"email_address": _("surel")}),
    "mfa.Authenticator": (
        _("verifikasi dua langkah"), {"user": _("akun"), "last_used_at": _("terakhir dipakai pada")},
    ),
    "socialaccount.SocialAccount": (
        _("akun dari penyedia identitas"),
        {"user": _("akun"), "uid": _("nomor pada penyedia"), "last_login": _("terakhir masuk pada"),
         "date_joined": _("terhubung sejak"), "extra_data": _("keterangan dari penyedia")},
    ),
    "socialaccount.SocialToken": (_("token dari penyedia identitas"), {"account": _("akun dari penyedia identitas")}),
}  # fmt: skip
# Of the trail the person reads what they did; the reason, where one was given.
ACTS = ("at", "kind", "table_name", "reason")


def table_name(label: str, name: str) -> str:
    return str(LIBRARY[label][0]) if label in LIBRARY else name


def column_name(label: str, column: Any) -> str:
    return str(LIBRARY.get(label, ("", {}))[1].get(column.name, column.verbose_name))
