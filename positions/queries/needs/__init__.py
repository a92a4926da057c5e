"""The job-needs analysis as set-based SQL: inputs gathered in one place, people moved, one recommendation a position.

The meaning stands in positions.rules; a property test shows that both agree (tests/positions/test_needs_property.py).
"""
