"""Pages by their names, for the search: the navigation of who asks, calculators and the own account."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import registry
from asnhr.access import NO_ACCESS

LIKE_ENOUGH = 0.5
# Everybody's own: no navigation has them, the menu of the account does.
ACCOUNT = (
    (gettext_lazy("Ubah kata sandi"), "account_change_password", gettext_lazy("ganti sandi")),
    (gettext_lazy("Keamanan akun"), "mfa_index",
     gettext_lazy("verifikasi dua langkah, kode pemulihan, aplikasi autentikator")),
    (gettext_lazy("Sesi"), "session-list", gettext_lazy("perangkat yang masuk, akhiri sesi lain")),
    (gettext_lazy("Pemberitahuan"), "notification-list", gettext_lazy("kabar")),
    (gettext_lazy("Pengaturan pemberitahuan"), "notification-settings", gettext_lazy("surel ringkasan")),
)  # fmt: skip


@dataclass(frozen=True)
class PageHit:
    label: str
    group: str
    url: str
    # Other words by which people look for it; not shown.
    also: str = ""


def trigrams(text: str) -> set[str]:
    """Return the groups of three letters of each word, as pg_trgm cuts them: "  k", " ka", "kar", …"""
    found: set[str] = set()
    for word in re.findall(r"\w+", text.lower()):
        padded = f"  {word} "
        found.update(padded[at : at + 3] for at in range(len(padded) - 2))
    return found


def pages_like(user: Any, text: str, most: int) -> list[PageHit]:
    """Return the user's pages whose name or group has words like `text`, the likest first; no query."""
    wanted = trigrams(text)
    if len(text.strip()) < 2 or not wanted:
        return []
    scored = []
    for order, hit in enumerate(_pages(getattr(user, "access", NO_ACCESS))):
        own = len(wanted & trigrams(f"{hit.label} {hit.also}")) / len(wanted)
        # A word of the group helps to tell two pages apart but names neither: "impor pegawai" is the import in the
        # group of people, not whatever has one of the two words in its name.
        wide = len(wanted & trigrams(f"{hit.label} {hit.also} {hit.group}")) / len(wanted)
        if wide >= LIKE_ENOUGH and own > 0:
            scored.append((-wide, -own, len(hit.label), order, hit))
    return [row[-1] for row in sorted(scored, key=lambda row: row[:-1])[:most]]


def _imports(access: Any, urlconf: str) -> list[PageHit]:
    """Return the form of each import that the user may make, by what it reads: "impor pegawai"."""
    from asnhr.imports import service  # reads files; who searches nothing needs none of it

    new = reverse("import-new", urlconf)
    return [
        PageHit(_("Impor %(kind)s") % {"kind": title}, _("Impor"), f"{new}?jenis={kind}")
        for kind, title in service.kinds_for(access)
    ]


def _pages(access: Any) -> list[PageHit]:
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    hits: list[PageHit] = []
    seen: set[str] = set()
    for _code, group in registry.navigation.items():
        for link in group.links:
            if link.permissions and not link.permissions & access.permissions:
                continue
            try:
                url = reverse(link.route, urlconf)
            except NoReverseMatch:
                continue
            if url not in seen:
                seen.add(url)
                hits.append(PageHit(str(link.label), str(group.label), url))
    for code, calculator in registry.calculators.items():
        url = reverse("calculator", urlconf, args=[code])
        hits.append(PageHit(str(calculator.title), _("Kalkulator"), url))
    if any(hit.url == reverse("import-list", urlconf) for hit in hits):
        hits += _imports(access, urlconf)
    return hits + [
        PageHit(str(label), _("Akun"), reverse(route, urlconf), str(also)) for label, route, also in ACCOUNT
        if reverse(route, urlconf) not in seen
    ]  # fmt: skip
