"""Asks a person at a barrier, on a page and in the terminal, for `--barriers assist`."""
