"""A short round of tests/fuzz_loader.py, which says how to run a long one."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz_loader import run


def test_every_mutated_file_is_read_or_refused_in_good_order(tmp_path: Path) -> None:
    tally = run(2000, tmp_path)
    assert tally.files >= 2000
    assert tally.read, "no mutation left a file valid: the seeds are broken"
