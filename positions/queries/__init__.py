"""Reads: rows loaded for a page, an answer or a report."""
