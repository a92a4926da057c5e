"""What can go wrong with a file, a row or a cell: a sentence of ours and, apart from it, the values in it."""

from typing import Any

from asnhr import told


class FileRefused(Exception):
    """The file as a whole cannot be read. `code` is listed in `codes`, `sentence` is for the user, with `values`."""

    def __init__(self, code: str, sentence: str, /, **values: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.values = told.kept(values)

    @property
    def message(self) -> str:
        return told.filled(self.sentence, self.values)


class CellProblem(ValueError):
    """A cell holds what its column does not understand or cannot keep; nothing is guessed, nothing is cut.

    `spare`: the row can do without the cell, so it is a warning.
    """

    def __init__(self, code: str, sentence: str, /, *, spare: bool = False, **values: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.values = values
        self.spare = spare

    @property
    def message(self) -> str:
        return told.filled(self.sentence, told.kept(self.values))
