"""How near a name is to what somebody searched for: the name itself, its words, their beginnings, or merely alike."""

import re
from enum import IntEnum


class Nearness(IntEnum):
    """The nearest first."""

    SAME = 0
    WORDS = 1
    BEGINNINGS = 2
    # Only a search in the database tells it from what is merely alike (`positions.queries.search`).
    INSIDE = 3
    ALIKE = 4


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def nearness(text: str, name: str) -> Nearness:
    """Return how near `name` is to `text`: "dinas kes" are beginnings of "Dinas Kesehatan", "gulo" is no "guru"."""
    wanted, of_name = words(text), words(name)
    if not wanted:
        return Nearness.ALIKE
    if wanted == of_name:
        return Nearness.SAME
    if set(wanted) <= set(of_name):
        return Nearness.WORDS
    if all(any(word.startswith(each) for word in of_name) for each in wanted):
        return Nearness.BEGINNINGS
    return Nearness.ALIKE
