"""The calibration App: a button for each planted delay, and the answer that comes after it.

A tap leads after its delay to another screenful, and a tap on that leads back. Delays are
spread at random, so that they do not fall into step with whoever looks: what a delay was
is not planned, but written down by the phone (`Phone.changes`), twice for each tap. `taps`
changes when the phone has taken the touch, `answered` when its screen is another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from harness.phone.app import After, App, Decide, Do, Screen, Set, State
from harness.phone.widgets import Button, Label, Page, Widget

PACKAGE = "com.example.calibration"
DELAYS_MS = (0, 50, 100, 250, 500, 1000, 2000, 5000)
SPREAD_SHARE = 0.1
"""Of a planted delay: what comes is up to so much shorter or longer."""
SPREAD_S = 0.02
"""And up to so much longer besides, so that the shortest are spread as well."""
SEED = 20260105


def calibration(generator: Random) -> App:
    """The App; `generator` spreads its delays."""

    def answering(delay_ms: int, *, answered: bool) -> Decide:
        def choose(state: State) -> Do:
            spread = 1 + generator.uniform(-SPREAD_SHARE, SPREAD_SHARE)
            delay_s = delay_ms / 1000 * spread + generator.uniform(0, SPREAD_S)
            touched = Set({"taps": state.number("taps") + 1})
            return Do(touched, After(delay_s, Set({"answered": answered})))

        return Decide(choose)

    buttons = tuple(
        Button(
            id=f"after_{delay_ms}",
            text=f"{delay_ms} ms",
            on_tap=answering(delay_ms, answered=True),
        )
        for delay_ms in DELAYS_MS
    )
    answer = Button(id="answer", text="返回", on_tap=answering(0, answered=False))

    def view(state: State) -> Widget:
        if state.flag("answered"):
            return Page(padding=16, gap=16, children=(Label(text="有了回应", size=20), answer))
        return Page(padding=16, gap=16, children=(Label(text="计时校准", size=20), *buttons))

    return App(
        package=PACKAGE,
        label="计时校准",
        icon="timer-sand",
        color="#722ED1",
        screens=(Screen("main", view),),
        start="main",
        cold_start_s=0.3,
    )


APPS: Mapping[str, Callable[[], App]] = {"calibration": lambda: calibration(Random(SEED))}
"""The App, by the name under which a phone has it installed."""
