"""One mechanism by which higher apps hand the ground floor what it shows or runs, without being imported by it."""

from collections.abc import Iterator
from typing import Any

from django.utils.module_loading import import_string


class _Later:
    """The dotted name of an entry that nobody has asked for yet."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Registry:
    """Named entries, registered once at start-up, kept in order of registration."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, Any] = {}

    def register(self, code: str, entry: Any) -> None:
        """Add `entry`; raises ValueError when `code` is taken, so that two apps cannot shadow each other."""
        if code in self._entries:
            raise ValueError(f"{self.what} '{code}' is registered already")
        self._entries[code] = entry

    def register_later(self, code: str, name: str) -> None:
        """Add the entry of that dotted name, imported when it is first asked for: a command or a worker that shows no
        page then starts without the modules of the pages."""
        self.register(code, _Later(name))

    def get(self, code: str) -> Any:
        """Return the entry; raises KeyError naming the known codes."""
        try:
            entry = self._entries[code]
        except KeyError:
            raise KeyError(f"unknown {self.what} '{code}', known: {', '.join(self._entries)}") from None
        if type(entry) is _Later:
            entry = self._entries[code] = import_string(entry.name)
        return entry

    def items(self) -> Iterator[tuple[str, Any]]:
        return iter([(code, self.get(code)) for code in self._entries])

    def __contains__(self, code: object) -> bool:
        return code in self._entries


panels = Registry("panel")
indicators = Registry("indicator")
calculators = Registry("calculator")
importers = Registry("importer")
quality_checks = Registry("quality check")
navigation = Registry("navigation group")
# "units": (agency_id, assignment ids) -> ltree paths of the units a user's scopes cover; "pairs": the same as
# (assignment id, path); "led": (agency_id, nip, day) -> paths of the units that the person heads; "address":
# (user, nip, day) -> (the e-mail recorded of that active person in the user's reach, "" for none; the id of who wrote
# it there, None for the operator); None: nobody there; "known": (agency_id, nip) -> whether the agency's register has
# somebody of that NIP, also of who has left.
scopes = Registry("scope resolver")
# "needs" etc.: what waits for a user on the home page; (user, day) -> list of queue items.
queues = Registry("queue")
# What needs an admin's attention on the admin's first page; (user) -> list of `asnhr.adminbase.Attention`.
attention = Registry("attention")
# Name of a constraint of the database -> the sentence for who ran into it (`asnhr.constraints`).
constraints = Registry("constraint")
# run kind -> dotted name of the Celery task that executes it.
run_tasks = Registry("run task")
# run kind -> (user, {run: its parameters}) -> {run: its counts in the user's units}: of work for the whole agency that
# who is bound to units may ask for, too (`asnhr.run_counts`).
run_counts = Registry("counts of a run in units")
# Area of kept files ("documents") -> (agency) -> the names of those that belong to something, for the rotation of keys.
stored_files = Registry("area of kept files")
# Code that the trail keeps as the reason of an entry -> its words (`asnhr.trail_reasons`).
trail_reasons = Registry("reason in the trail")
# JSON column ("asnhr.Run.problems") -> (value) -> the same in words, or with words as its keys; with a part of it
# ("asnhr.Run.parameters:kind"): (value of the part) -> its words (`asnhr.told.structure`).
structures = Registry("structure of a column")
# What a table lets go when its time is over (`asnhr.privacy.retention.Rule`), by the code that the register of
# processing names (`asnhr.privacy.declared.KEEPS`).
retention_rules = Registry("rule of retention")
# Files of a person's own copy: (agency, nip) -> (name in the archive, bytes), one after the other.
own_files = Registry("files of an own copy")
