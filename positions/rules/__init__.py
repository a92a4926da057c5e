"""Rules of the register and of the job-needs analysis: values in, values out; no Django, no clock, no database.

Numbers that decide something are `Decimal` or `int`. What the set-based SQL must repeat is defined exactly in
`positions.rules.numbers`: quotients are rounded half up to ten decimals once, shares are compared by multiplying out.
"""
