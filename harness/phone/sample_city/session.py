"""Who is logged in, and the way to pages that ask for it."""

from __future__ import annotations

from harness.phone.app import Action, Back, Decide, Do, Go, Replace, Root, Set, State, Values

PASSWORD = "Sample2024"
"""The password of every account of the sample city, until another is registered."""

SIGNED_OUT: Values = {"logged_in": False, "mobile": "", "verified": False}


def with_login(target: Go) -> Action:
    """Opens a page that needs a login; without one, the login page first."""
    login = Go("login", {"next": target.screen, **target.params})
    return Decide(lambda state: target if state.flag("logged_in") else login)


def sign_in(mobile: str) -> Action:
    """Remembers who is logged in and goes on to the page that asked for it."""
    return Do(Set({"logged_in": True, "mobile": mobile}), Decide(_onward))


def _onward(state: State) -> Action:
    target = state.param("next")
    if not target:
        return Back()
    params = {key: value for key, value in state.params.items() if key != "next"}
    return Replace(target, params)


def to_home() -> Action:
    """Opens the home page of the mode that the user chose, and nothing below it."""
    return Decide(lambda state: Root("elder_home" if state.flag("elder") else "home"))


def finish(screen: str, params: Values | None = None) -> Action:
    """Ends a task: its last page lies over the home page, so that the way back leads there."""
    return Do(to_home(), Go(screen, params or {}))
