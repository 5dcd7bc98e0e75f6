"""Tests that need a browser: skipped with the reason where there is none, but for CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from harness.phone.chromium import PROGRAMS, find_program

ON_CI = bool(os.environ.get("CI"))
"""There a browser that is missing is no reason to skip: the test runs, and fails."""

needs_chromium = pytest.mark.skipif(
    not ON_CI and find_program() is None, reason=f"none of {', '.join(PROGRAMS)} is installed"
)
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(
    not ON_CI and not AXE.exists(), reason="axe-core is not installed: run `make android` first"
)
needs_chromedriver = pytest.mark.skipif(
    not ON_CI and shutil.which("chromedriver") is None, reason="chromedriver is not installed"
)
