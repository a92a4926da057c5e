"""Days as officers write them, for what Django formats itself: the admin. Pages have `asnhr.formats`."""
