"""Reference tables of regulations that the rules read, from the files in `positions/data` (origin: ORIGIN.md there)."""

import csv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table in the order of its file."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
