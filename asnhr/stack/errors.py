"""The one kind of failure that the stack shows to a person."""


class StackError(Exception):
    """A start or stop that cannot go on.

    The message is the whole thing a person reads (Indonesian, no traceback): what is wrong, and the way on.
    """
