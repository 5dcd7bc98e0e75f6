"""Tests that need a browser: skipped with the reason where there is none, but for CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from harness.phone.chromium import PROGRAMS, find_program

ON_CI = bool(os.environ.get("CI"))
"""There a browser that is missing is no reason to skip: the test runs, and fails."""

needs_chromium = pytest.mark.skipif(
    not ON_CI and find_program() is None, reason=f"none of {', '.join(PROGRAMS)} is installed"
)
FONTS = Path(__file__).parents[1] / "harness" / "fonts"
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(
    not ON_CI and not AXE.exists(), reason="axe-core is not installed: run `make android` first"
)
needs_chromedriver = pytest.mark.skipif(
    not ON_CI and shutil.which("chromedriver") is None, reason="chromedriver is not installed"
)


def launch(playwright: Playwright, folder: Path) -> Browser:
    """Chromium with the letters that the project ships, so that Chinese shows anywhere.

    Args:
        playwright: that drives it.
        folder: of this browser's own; it finds fonts in XDG_DATA_HOME/fonts.
    """
    data = folder / "data"
    data.mkdir()
    (data / "fonts").symlink_to(FONTS)
    return playwright.chromium.launch(
        executable_path=find_program(),
        args=["--no-sandbox"] if os.geteuid() == 0 else [],
        env={**os.environ, "XDG_DATA_HOME": str(data)},
    )
