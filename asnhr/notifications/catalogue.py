"""Which events there are: their code, words, facts, who is told, and by which channels. Apps above add their own.

Facts are ids, counts, codes and days, never a name, a NIP or what somebody wrote: they go to mail boxes and to other
systems. docs/peristiwa.md describes each kind for integrators; a test holds both together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats
from asnhr.access import Access
from asnhr.registry import Registry
from asnhr.roles import ROLES

kinds = Registry("event kind")

NUMBER, TEXT, DAY, YES_NO = "number", "text", "date", "boolean"


@dataclass(frozen=True)
class Fact:
    """A value of an event's data. `choices`: what a code is called."""

    name: str
    what: str
    about: Any
    choices: Callable[[], Mapping[str, Any]] | None = None

    def accepts(self, value: Any) -> bool:
        match self.what:
            case "number":
                return type(value) is int
            case "boolean":
                return type(value) is bool
            case "date":
                return isinstance(value, str) and _is_day(value)
        return isinstance(value, str) and len(value) <= 200

    def identified(self, value: Any) -> str:
        """Return the value as `words` does, the number of a row without separators: it is no amount."""
        return str(value) if value and (self.name.endswith("_id") or self.name == "year") else self.words(value)

    def words(self, value: Any) -> str:
        """Return the value as officers write it, in the language of the moment."""
        if value is None or value == "":
            return formats.DASH
        match self.what:
            case "number":
                return formats.number(value)
            case "boolean":
                return str(_("ya") if value else _("tidak"))
            case "date":
                return formats.day(date.fromisoformat(value))
        return str(self.choices().get(value, value)) if self.choices else str(value)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class EventKind:
    """A kind of event.

    `sentence`: what is told, with the facts in it; `permissions`: whose holders are told beside the people whom the
    event names; `app`, `mail`: whether a person who said nothing is told so; `webhook`: whether other systems may ask
    for it; `fails_run`: runs of this kind tell it when they fail.
    """

    code: str
    name: Any
    sentence: Any
    facts: tuple[Fact, ...] = ()
    permissions: frozenset[str] = frozenset()
    icon: str = "bell"
    app: bool = True
    mail: bool = True
    webhook: bool = True
    fails_run: str = ""

    def check(self, data: Mapping[str, Any]) -> None:
        """Raise ValueError unless `data` has these facts and no others: what leaves the house is what is documented."""
        known = {fact.name: fact for fact in self.facts}
        if known.keys() != data.keys():
            raise ValueError(f"{self.code}: facts {sorted(data)} instead of {sorted(known)}")
        wrong = [name for name, value in data.items() if value is not None and not known[name].accepts(value)]
        if wrong:
            raise ValueError(f"{self.code}: wrong value of {', '.join(wrong)}")

    def words(self, data: Mapping[str, Any]) -> str:
        """Return the event in words, in the language of the moment."""
        return str(self.sentence) % {fact.name: fact.words(data.get(fact.name)) for fact in self.facts}


def register(*given: EventKind) -> None:
    for kind in given:
        kinds.register(kind.code, kind)


def kind_of(code: str) -> EventKind | None:
    """Return the kind; None for one of an earlier release."""
    return kinds.get(code) if code in kinds else None


def words_of(code: str, data: Mapping[str, Any]) -> str:
    """Return an event in words; one that this release does not know shows its code."""
    kind = kind_of(code)
    return kind.words(data) if kind is not None else code


def data_in_words(data: Mapping[str, Any]) -> dict[str, str]:
    """Return an event's facts by what they are called. A row of the outbox alone tells its kind, so the facts are those
    of kinds with the same names, else of any kind; what no kind knows stays as it is."""
    every = [kind.facts for _code, kind in kinds.items()]
    alike = [facts for facts in every if {fact.name for fact in facts} == set(data)]
    found: dict[str, str] = {}
    for name, value in data.items():
        known = [fact for facts in (*alike, *every) for fact in facts if fact.name == name]
        fact = next((each for each in known if each.choices and value in each.choices()), known[0] if known else None)
        if fact is None:
            found[name] = str(value)
        else:
            found[str(fact.about).partition(";")[0]] = fact.identified(value)
    return found


def kinds_for(access: Access) -> list[EventKind]:
    """Return the kinds that may reach a person with this access, in order of registration."""
    return [
        kind
        for _code, kind in kinds.items()
        if not kind.permissions or any(access.has_duty(permission) for permission in kind.permissions)
    ]


def for_webhooks() -> list[EventKind]:
    return [kind for _code, kind in kinds.items() if kind.webhook]


def import_kinds() -> dict[str, Any]:
    from asnhr import registry  # importers register themselves at start-up

    return {code: importer.title for code, importer in registry.importers.items()}


register(
    EventKind(
        "import.finished", gettext_lazy("Impor selesai"),
        gettext_lazy("Impor #%(import_id)s (%(import_kind)s) selesai: %(accepted)s diterima, %(rejected)s ditolak."
                     " Tersimpan: %(written)s."),
        (
            Fact("import_id", NUMBER, gettext_lazy("nomor impor")),
            Fact("import_kind", TEXT, gettext_lazy("jenis impor"), import_kinds),
            Fact("dry_run", YES_NO, gettext_lazy("hanya diperiksa")),
            Fact("written", YES_NO, gettext_lazy("tersimpan")),
            Fact("accepted", NUMBER, gettext_lazy("baris diterima")),
            Fact("rejected", NUMBER, gettext_lazy("baris ditolak")),
        ),
        frozenset({"import_data"}), icon="upload", mail=False,
    ),
    EventKind(
        "import.failed", gettext_lazy("Impor gagal"),
        gettext_lazy("Impor gagal; tidak ada yang tersimpan (pekerjaan #%(run_id)s)."),
        (Fact("run_id", NUMBER, gettext_lazy("nomor pekerjaan")),), icon="upload", fails_run="import",
    ),
    EventKind(
        "role.granted", gettext_lazy("Peran diberikan"),
        gettext_lazy("Anda menerima peran %(role)s mulai %(starts_on)s. Bila ini keliru, hubungi admin instansi Anda."),
        (
            Fact("role", TEXT, gettext_lazy("kode peran"), lambda: {slug: role.name for slug, role in ROLES.items()}),
            Fact("starts_on", DAY, gettext_lazy("mulai berlaku")),
        ),
        icon="key", webhook=False,
    ),
    EventKind(
        "role.ended", gettext_lazy("Peran diakhiri"),
        gettext_lazy("Peran %(role)s Anda tidak berlaku lagi mulai %(ends_on)s. Bila ini keliru, hubungi admin instansi"
                     " Anda."),
        (
            Fact("role", TEXT, gettext_lazy("kode peran"), lambda: {slug: role.name for slug, role in ROLES.items()}),
            Fact("ends_on", DAY, gettext_lazy("hari pertama tanpa peran itu")),
        ),
        icon="key", webhook=False,
    ),
    EventKind(
        "webhook.disabled", gettext_lazy("Webhook dimatikan"),
        gettext_lazy("Webhook %(name)s dimatikan karena terus gagal; periksa, lalu aktifkan lagi."),
        (
            Fact("endpoint_id", NUMBER, gettext_lazy("nomor webhook")),
            Fact("name", TEXT, gettext_lazy("nama webhook")),
        ),
        permissions=frozenset({"manage_webhooks"}), icon="exclamation-triangle", webhook=False,
    ),
    EventKind(
        "webhook.test", gettext_lazy("Kiriman uji"), gettext_lazy("Kiriman uji dari ASNHR."),
        app=False, mail=False, icon="arrow-repeat", webhook=False,
    ),
)  # fmt: skip
