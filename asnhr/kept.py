"""Sentences of ours that rows keep with their values in them, told in the language of who reads them.

A row keeps a sentence in Indonesian, whatever its writer reads (`written`). When it is shown, the sentence is found
again by its wording and said anew (`told`; `failure` where it may be any refusal of the product): so rows of years ago
are told like those of today, also those that kept another language. What nobody here wrote stays as it is
(docs/terjemahan.md).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import formats as localised
from django.utils import translation
from django.utils.translation import gettext, ngettext, trans_real

from asnhr import formats
from asnhr import told as told_with_values

SOURCE = settings.LANGUAGE_CODE
_PLACE = re.compile(r"%\((\w+)\)[sd]")
_NUMERIC = re.compile(r"(\d\d)-(\d\d)-(\d{4})")
_WRITTEN = re.compile(r"(\d{1,2}) (\w+) (\d{4})")
# What `n` holds, by the habit of `asnhr.formats.counted`.
_NUMBER = r"[\d.,]*"
# A sentence of fewer letters than this, its values apart, would be found where somebody wrote something else.
LETTERS = 12
_END = re.compile(r"(?<=[.?!]) ")
Teller = Callable[[str], str]


def written(sentence: str, **values: object) -> str:
    """Return a marked sentence (`gettext_noop`) with its values as a row keeps it."""
    with translation.override(SOURCE):
        return gettext(sentence) % values if values else gettext(sentence)


def told(text: str, sentences: Iterable[str], **tellers: Teller) -> str:
    """Return what a row keeps in the reader's language, when it is one of `sentences`. A value is told by the teller of
    its name; without one a day (`day`) is written anew, words of ours are translated, and others stay."""
    for sentence in sentences:
        values = _values_of(sentence, text)
        if values is not None:
            return _said(sentence, values, tellers)
    return text


def failure(text: str) -> str:
    """Return why a work failed, as its run keeps it, in the reader's language: any sentences of the product."""
    whole = _anything(text)
    if whole is not None:
        return whole
    return " ".join(part if (found := _anything(part)) is None else found for part in _END.split(text))


def problem(said: Any) -> str:
    """Return a problem of a run in the reader's language: a sentence with its values apart (`asnhr.told.kept`), or why
    the work failed."""
    if not isinstance(said, Mapping):
        return failure(str(said))
    if said.get("values"):
        return told_with_values.filled(said.get("message"), said["values"])
    return failure(said.get("message") or "")


def value_told(text: str) -> str:
    """Return a value of a sentence: a day as its reader writes it, words of ours in the reader's language."""
    found = _day_of(text)
    if found is not None:
        return formats.day(found)
    return gettext(_sources().get(text, text)) if text.strip() else text


def is_ours(text: str) -> bool:
    """Return whether the product says this in some language, without values."""
    return text in _sources()


def _day_of(text: str) -> date | None:
    numeric, spelt = _NUMERIC.fullmatch(text), _WRITTEN.fullmatch(text)
    try:
        if numeric:
            return date(int(numeric[3]), int(numeric[2]), int(numeric[1]))
        if spelt and spelt[2].lower() in _months():
            return date(int(spelt[3]), _months()[spelt[2].lower()], int(spelt[1]))
    except ValueError:
        return None
    return None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {localised.date_format(date(2000, n, 1), "F").lower(): n for n in range(1, 13)}
    return found


def _said(sentence: str, values: Mapping[str, str], tellers: Mapping[str, Teller]) -> str:
    words = _of_so_many(sentence, values) if sentence in _counted() else gettext(sentence)
    if not _PLACE.search(sentence):
        return words
    said = {name: tellers.get(name, value_told)(value) for name, value in values.items()}
    return re.sub(r"(%\(\w+\))d", r"\1s", words) % said


def _of_so_many(sentence: str, values: Mapping[str, str]) -> str:
    """Return the form of a counted sentence (`asnhr.formats.counted`) for the number that it holds."""
    digits = re.sub(r"\D", "", values.get("n", ""))
    return ngettext(sentence, sentence, int(digits or 0))


def _values_of(sentence: str, text: str) -> dict[str, str] | None:
    """Return the values that `text` puts into `sentence`, in whichever language it was kept; None for another text."""
    for form in _forms(sentence):
        found = _pattern(form).fullmatch(text)
        if found is not None:
            return found.groupdict()
    return None


@lru_cache(maxsize=4096)
def _forms(sentence: str) -> tuple[str, ...]:
    forms = [sentence]
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            forms.append(gettext(sentence))
    return tuple(dict.fromkeys(forms))


@lru_cache(maxsize=4096)
def _pattern(form: str) -> re.Pattern[str]:
    """Return what finds a form again: its values are groups of their names."""
    parts, seen, made = _PLACE.split(form), set(), []
    for number, part in enumerate(parts):
        if number % 2 == 0:
            made.append(re.escape(part.replace("%%", "%") if len(parts) > 1 else part))
        elif part in seen:
            made.append(f"(?P={part})")
        else:
            seen.add(part)
            made.append(f"(?P<{part}>{_NUMBER if part == 'n' else '.*?'})")
    return re.compile("".join(made), re.DOTALL)


def _anything(text: str) -> str | None:
    """Return any sentence of the product in the reader's language; None for another text."""
    for piece, form, sentence in _catalogue():
        if piece in text:
            found = _pattern(form).fullmatch(text)
            if found is not None:
                return _said(sentence, found.groupdict(), {})
    return None


@lru_cache(maxsize=1)
def _catalogue() -> tuple[tuple[str, str, str], ...]:
    """Return (longest piece, form, sentence) of every sentence, the one with the most letters of its own first."""
    known = {(form, sentence) for sentence, _counts, said in _messages() for form in (sentence, said)}
    found = [(max(_PLACE.split(form)[::2], key=len).replace("%%", "%"), form, sentence) for form, sentence in known]
    found = [each for each in found if _letters(each[1]) >= LETTERS]
    return tuple(sorted(found, key=lambda each: (-_letters(each[1]), each)))


@lru_cache(maxsize=1)
def _sources() -> dict[str, str]:
    """Return what is said without values in any language, with the sentence of ours that it stands for."""
    found: dict[str, str] = {}
    for sentence, counts, said in _messages():
        if not counts and not _PLACE.search(sentence):
            found.setdefault(said, sentence)
    return found | {sentence: sentence for sentence in found.values()}


@lru_cache(maxsize=1)
def _counted() -> frozenset[str]:
    return frozenset(sentence for sentence, counts, _said in _messages() if counts)


def _messages() -> Iterator[tuple[str, bool, str]]:
    """Yield (sentence, whether it counts, what a language says for it) of all languages, without those of a context."""
    for language, _name in settings.LANGUAGES:
        catalogue: Any = trans_real.translation(language)._catalog  # type: ignore[attr-defined]
        for key, said in catalogue.items():
            sentence, counts = (key[0], True) if isinstance(key, tuple) else (key, False)
            if sentence and "\x04" not in sentence and isinstance(said, str):
                yield sentence, counts, said


def _letters(form: str) -> int:
    return sum(len(part) for part in _PLACE.split(form)[::2])
