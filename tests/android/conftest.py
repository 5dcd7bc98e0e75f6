"""What tests over the real Android stack need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock import SystemClock
from harness.processes.adb_server import OwnAdbServer
from harness.processes.appium_server import DRIVER
from harness.processes.node import installed_version


@pytest.fixture(scope="session")
def appium_installed() -> None:
    """Appium and its driver are there: in CI they have to be."""
    if None not in (installed_version("appium"), installed_version(DRIVER)):
        return
    reason = "Appium is not installed: run `make android` first"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def own_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


@pytest.fixture
def own_adb(tmp_path: Path) -> Iterator[OwnAdbServer]:
    server = OwnAdbServer.start(tmp_path / "logs", SystemClock())
    yield server
    server.stop()
