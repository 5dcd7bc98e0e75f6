"""A browser of this machine, and pages in it that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import launch
from tests.report import drawn


@dataclass
class Watched:
    """What a page did that a report never does."""

    said: list[str] = field(default_factory=list)
    """Errors and warnings in its console, and dialogs."""
    asked: list[str] = field(default_factory=list)
    """Addresses that are not of the disk."""


Open = Callable[..., tuple[Page, Watched]]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One a module: Playwright leaves an event loop running, which other tests cannot bear."""
    with sync_playwright() as playwright:
        chromium = launch(playwright, tmp_path_factory.mktemp("browser"))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    contexts = []

    def open_(file: Path, address: str = "", **options: object) -> tuple[Page, Watched]:
        options = {"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"} | options
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page, watched = context.new_page(), Watched()
        watch(page, watched)
        page.goto(file.as_uri() + address)
        return page, watched

    yield open_
    for context in contexts:
        context.close()


def watch(page: Page, watched: Watched) -> None:
    page.on(
        "console",
        lambda message: (
            watched.said.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: watched.said.append(str(error)))
    page.on(
        "requestfailed",
        # Aborted is what is under way when a page is left.
        lambda request: (
            None
            if request.failure == "net::ERR_ABORTED"
            else watched.said.append(f"no {request.url}")
        ),
    )
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith("file:") else watched.asked.append(request.url)
        ),
    )

    def dismiss(dialog: object) -> None:
        watched.said.append(f"dialog {dialog}")
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", dismiss)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of a small run."""
    return drawn.report(drawn.some(tmp_path_factory.mktemp("results"))).parent
