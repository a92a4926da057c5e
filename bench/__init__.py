"""Timings as ratios against hand-written SQL on the same rows in the same run. Run with `make bench`."""
