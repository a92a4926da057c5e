"""Writes: one transaction, one reason."""
