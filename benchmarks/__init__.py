"""Measures the harness itself. `make bench` runs all; figures are of one run on one machine."""
