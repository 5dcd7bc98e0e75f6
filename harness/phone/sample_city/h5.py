"""Services that are web pages inside the App (H5), as many of a government App are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from harness.phone.app import Screen, State
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.services import service
from harness.phone.sample_city.theme import CARD, GROUND, top_bar
from harness.phone.widgets import Page, WebView, Widget

WEB = Path(__file__).parent / "web"
PAGES: Mapping[str, str] = {"transit_card": "transit_card.html"}
"""The page of each service that is one, by the service's key; its screen has the same name."""


def screens(edition: Edition) -> tuple[Screen, ...]:
    """A screen for each page."""
    return tuple(Screen(key, partial(_web_page, key)) for key in PAGES)


def _web_page(key: str, state: State) -> Widget:
    """The App's own title bar, and the page below it."""
    view = WebView(id="web_view", url=(WEB / PAGES[key]).as_uri(), grow=True)
    return Page(children=(top_bar(service(key).title), view), background=GROUND, top=CARD)
