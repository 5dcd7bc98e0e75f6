"""A report is written whole, or says why not; what was cut off is made again."""

from __future__ import annotations

import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

from PIL import Image

from tests.report import drawn
from tests.tester import ROOT

TOO_LITTLE = 4096
"""Bytes of the largest file: less than a page has, more than a small picture."""


def _report(run: Path, to: Path, largest: int | None = None) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "scoring", "report", str(run), "--to", str(to))
    limit = largest and partial(resource.setrlimit, resource.RLIMIT_FSIZE, (largest, -1))
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limit or None
    )


def test_a_full_disk_is_told_with_what_to_do_and_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    run, to = drawn.some(tmp_path), tmp_path / "pages"
    refused = _report(run, to, TOO_LITTLE)
    assert refused.returncode == 3
    assert "run again" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(to.rglob("*.tmp"))
    assert _report(run, to).returncode == 0
    pictures = list((to / "pictures").iterdir())
    assert pictures
    for picture in pictures:
        with Image.open(picture) as image:
            image.load()
