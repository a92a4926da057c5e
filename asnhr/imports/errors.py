"""What can go wrong with a file, a row or a cell."""


class FileRefused(Exception):
    """The file as a whole cannot be read. `code` is listed in `codes`, the message is a sentence for the user."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class CellProblem(ValueError):
    """A cell holds what its column does not understand or cannot keep; nothing is guessed, nothing is cut.

    `spare`: the row can do without the cell, so it is a warning.
    """

    def __init__(self, code: str, message: str, *, spare: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.spare = spare
