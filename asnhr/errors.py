"""The two failures a person can cause; doors turn them into their own language (409 and 403)."""


class RuleBroken(Exception):
    """A rule of the field or of the register forbids this; the message says which and why. HTTP 409."""


class NotAllowed(Exception):
    """The actor sees the thing but may not do this to it; the message says why. HTTP 403."""
