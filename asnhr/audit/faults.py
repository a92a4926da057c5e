"""What a proof finds wrong, as it is stored: a sentence to be translated when it is read, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from asnhr import kept

# The links and entries; the heads of the days; the register beside the trail; what guards the trail in the database.
CHAIN, HEADS, REGISTER, GUARDS = "rantai", "kepala", "register", "penjaga"


@dataclass(frozen=True)
class Fault:
    kind: str
    # The Indonesian sentence, marked with `gettext_noop` where it is written.
    sentence: str
    said: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.kind == REGISTER and not self.said:
            # Earlier releases kept the whole sentence.
            return kept.failure(self.sentence.replace("%%", "%"))
        return gettext(self.sentence) % {name: self._told(name, value) for name, value in self.said.items()}

    @staticmethod
    def _told(name: str, value: Any) -> Any:
        """Words of ours in the reader's language: which head was meant, what a table is called, days."""
        return kept.value_told(value) if name in ("when", "name", "day") and isinstance(value, str) else value

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "sentence": self.sentence, "said": dict(self.said)}


def from_json(stored: Mapping[str, Any]) -> Fault:
    return Fault(stored["kind"], stored["sentence"], stored["said"])
