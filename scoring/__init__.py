"""Concludes: turns the records of runs into measures with their error bars, and shows them."""
