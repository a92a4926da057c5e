"""How codes of kedudukan hukum rest: those that tell of a crime or a sanction (positions.rules.standing) as tokens,
equal ones alike, because B, K, analyses and quality indicators count by the codes in SQL (decision 0031)."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from asnhr.crypto import Sealed, SealedCharField
from positions.rules.standing import RESTRICTED

PURPOSE = "kedudukan hukum"
# Of what is stored: no code of few, else two digits or a token.
FEW_IN_CLEAR = f"^({'|'.join(sorted(RESTRICTED))})$"
CODE_OR_SEALED = r"^([0-9]{2}|s1\.[A-Za-z0-9_=-]{24})$"


class StandingCodes(Sealed):
    few = RESTRICTED
    purpose = PURPOSE


_codes = StandingCodes()


def stored(code: Any) -> Any:
    """Return a code as tables, staging tables and statements have it."""
    return _codes.stored(code)


def all_stored(codes: Iterable[str]) -> list[str]:
    return [_codes.stored(code) for code in sorted(codes)]


def opened(text: Any) -> Any:
    """Return the code that is stored so."""
    return _codes.opened(text)


class StandingField(StandingCodes, SealedCharField):
    """A code of kedudukan hukum; Python reads and writes it in clear."""

    def deconstruct(self) -> Any:
        # Migrations import no app: to them it is a column that may hold tokens.
        name, _path, args, kwargs = super().deconstruct()
        return name, "asnhr.crypto.SealedCharField", args, kwargs


class SiasnFactsField(models.JSONField):
    """What a SIASN file said of a person, the legal standing as `StandingField` stores it."""

    NAME = "legal_status"

    def deconstruct(self) -> Any:
        # The column is what it was.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def _with(self, facts: Any, change: Any) -> Any:
        if isinstance(facts, dict) and self.NAME in facts:
            return facts | {self.NAME: change(facts[self.NAME])}
        return facts

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(self._with(value, stored), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self._with(super().from_db_value(value, expression, connection), opened)
