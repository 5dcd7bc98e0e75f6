"""The sample App, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from harness.phone.app import App, Dialog, Screen, State, Values, View
from harness.phone.sample_city import (
    account,
    apply,
    elder,
    entry,
    h5,
    home,
    licence,
    messages,
    requests,
    search,
    services_pages,
    settings,
)
from harness.phone.sample_city.editions import (
    CLUTTERED_EDITION,
    TROUBLED_EDITION,
    WELL_KEPT_EDITION,
    Edition,
)
from harness.phone.sample_city.theme import PRIMARY, enlarged
from harness.phone.widgets import Widget

PACKAGE = "com.example.samplecity"
INITIAL: Values = {"logged_in": False, "text_size": "标准", "settings_notify": True}

_AREAS_WITH_SCREENS = (
    entry,
    home,
    search,
    services_pages,
    h5,
    apply,
    requests,
    account,
    licence,
    messages,
    settings,
    elder,
)
_AREAS_WITH_DIALOGS = (entry, home, account, licence, settings)


def sample_city(edition: Edition) -> App:
    """The sample App in one of its editions."""
    screens = (screen for area in _AREAS_WITH_SCREENS for screen in area.screens(edition))
    dialogs = (dialog for area in _AREAS_WITH_DIALOGS for dialog in area.dialogs(edition))
    return App(
        package=PACKAGE + edition.suffix,
        label="样例市民云",
        icon="home-city",
        color=PRIMARY,
        screens=tuple(_readable_screen(screen) for screen in screens),
        dialogs=tuple(_readable_dialog(dialog) for dialog in dialogs),
        initial=INITIAL,
        links={"samplecity://service/": "guide"},
        version=edition.version,
    )


def _readable_screen(screen: Screen) -> Screen:
    if screen.name == elder.HOME:
        return screen
    return replace(screen, view=partial(_readable, screen.view))


def _readable_dialog(dialog: Dialog) -> Dialog:
    return replace(dialog, view=partial(_readable, dialog.view))


def _readable(view: View, state: State) -> Widget:
    """The view with texts as large as the user asked for."""
    if state.flag("elder"):
        return enlarged(view(state), elder.TEXT_FACTOR, elder.LEAST_TEXT, elder.LEAST_TARGET)
    factor = settings.text_factor(state)
    return view(state) if factor == 1.0 else enlarged(view(state), factor)


APPS: Mapping[str, Callable[[], App]] = {
    edition.name: partial(sample_city, edition)
    for edition in (WELL_KEPT_EDITION, CLUTTERED_EDITION, TROUBLED_EDITION)
}
"""The editions, by the name under which a phone has them installed."""
