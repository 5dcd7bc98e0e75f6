"""Every kind of trouble at every stage of a task, and the outcome that each must have.

`python -m tests.fault_matrix` makes all the attempts, in virtual time, and prints
the table. Where an outcome is not obvious, its reason is written beside it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rich.console import Console
from rich.table import Table

from harness.model import AttemptRecord, Outcome, PlannedStep
from harness.phone.afflict import plant
from harness.phone.app import App
from harness.phone.scene import Metrics
from harness.phone.trouble import Trouble
from tests.fault_app import (
    GOAL,
    OTHER_PACKAGE,
    PACKAGE,
    PROFILE,
    SCENARIO,
    STEPS,
    TOASTING_APP,
    TRYING_APP,
    WAITING_APP,
)
from tests.phone.small_app import OTHER_APP
from tests.rig import rig

Stage = Literal["launch", "when", "tap", "type", "barrier", "scroll", "wait", "goal"]
Whose = Literal["app", "phone", "us", "profile", "nobody"]


@dataclass(frozen=True)
class Moment:
    """When trouble comes: so many seconds after the beginning of the step at `path`."""

    path: str
    after_s: float


STAGES: Mapping[Stage, tuple[Moment, str]] = {
    "launch": (Moment("1", 0.3), "while the App starts"),
    "when": (Moment("2", 0.2), "while a `when` looks"),
    "tap": (Moment("3", 0.2), "after a tap, while its answer is under way"),
    "type": (Moment("4", 0.0), "before typing"),
    "barrier": (Moment("6", 0.2), "at a barrier, while the text message is under way"),
    "scroll": (Moment("8", 0.0), "before scrolling"),
    "wait": (Moment("9", 1.5), "while the result is waited for"),
    "goal": (Moment("goal", 0.0), "before the look at the goal"),
}
OF_A_SCREEN: Mapping[Stage, Moment] = {
    # What befalls a screen can do so only once there is one.
    "launch": Moment("1", 0.7),
    # A barrier that is renamed or gone is so from the start.
    "barrier": Moment("6", 0.0),
}
OVER_A_SCREEN: Mapping[Stage, Moment] = {"launch": OF_A_SCREEN["launch"]}


@dataclass(frozen=True)
class Planted:
    """A fault: what befalls whom, whose fault it is, and what must come of it at each stage.

    `but` has the stages at which another outcome is right, each with the reason.
    """

    trouble: Trouble
    whose: Whose
    outcome: Outcome
    but: Mapping[Stage, tuple[Outcome, str]] = field(default_factory=dict)
    app: App = TRYING_APP
    moments: Mapping[Stage, Moment] = field(default_factory=dict)

    def expected(self, stage: Stage) -> Outcome:
        """The outcome that the fault must have at a stage."""
        return self.but[stage][0] if stage in self.but else self.outcome

    def moment(self, stage: Stage) -> Moment:
        """When it comes."""
        return self.moments.get(stage, STAGES[stage][0])


O = Outcome  # noqa: E741  the table below is read by its columns
DONE = O.COMPLETED_ASSISTED
"""How the task ends when nothing stands in its way: its barrier was passed by the phone's inbox."""
SEEN = (DONE, "the result is there already")
SENT = (DONE, "what was asked for before is answered in time")
NEVER_CAME = (O.TIMED_OUT, "a `wait_for` in vain is a time-out")
NO_MESSAGE = (O.BLOCKED, "no text message: nobody can say whose fault that is")
LEFT = (DONE, "it opens over the screen that the answer, under way, leaves")
UNUSED = (DONE, "no element is used any more")
BEFORE_USE: Mapping[Stage, tuple[Outcome, str]] = {"scroll": UNUSED, "wait": UNUSED, "goal": UNUSED}
COMMAND_S = 0.03
"""How long every command takes on these phones, as on real ones; else virtual time stood still."""


def _app(trouble: Trouble, outcome: Outcome, **more: object) -> Planted:
    return Planted(trouble, "app", outcome, **more)  # type: ignore[arg-type]  # as its fields are


def _ours(trouble: Trouble, **more: object) -> Planted:
    return Planted(trouble, "us", O.HARNESS_ERROR, **more)  # type: ignore[arg-type]  # the same


FAULTS: Mapping[str, Planted] = {
    # --- the App's
    "crash": _app(Trouble("crash"), O.CRASHED),
    "crash without a dialog": _app(Trouble("silent_crash"), O.CRASHED),
    "App not responding": _app(Trouble("not_responding"), O.NOT_RESPONDING, but={"goal": SEEN}),
    "freeze, unnoticed": _app(
        Trouble("freeze"),
        O.TIMED_OUT,
        but={
            "launch": (O.NOT_FOUND, "its launch window stays: no touch to compare with"),
            "scroll": (O.NOT_FOUND, "this phone's frozen App loses its spinner: a change, no wait"),
            "goal": SEEN,
        },
    ),
    "server slow, within patience": _app(Trouble("slow_server", seconds=1), DONE),
    "server slow, beyond patience": _app(
        Trouble("slow_server", seconds=30),
        O.TIMED_OUT,
        but={"wait": SENT, "goal": SEEN},
    ),
    "server down, App says so": _app(Trouble("server_down"), O.APP_ERROR, but={"goal": SEEN}),
    "server down, spinner": _app(
        Trouble("server_down"),
        O.TIMED_OUT,
        but={"barrier": NO_MESSAGE, "goal": SEEN},
        app=WAITING_APP,
    ),
    "server down, toast only": _app(
        Trouble("server_down"),
        O.APP_ERROR,
        but={
            "scroll": (O.NOT_FOUND, "a drag is a touch: what a toast said before is forgotten"),
            "goal": SEEN,
        },
        app=TOASTING_APP,
    ),
    "error page": _app(
        Trouble("tell", values={"says": "系统繁忙"}), O.APP_ERROR, moments=OF_A_SCREEN
    ),
    "wrong result": _app(
        Trouble("tell", values={"result": "办理失败"}), O.WRONG_RESULT, moments=OF_A_SCREEN
    ),
    "another screen": _app(
        Trouble("tell", values={"says": "今日要闻"}),
        O.NOT_FOUND,
        but={"wait": NEVER_CAME},
        moments=OF_A_SCREEN,
    ),
    "element removed": _app(
        Trouble("tell", values={"removed": True}),
        O.NOT_FOUND,
        but={"wait": NEVER_CAME},
        moments=OF_A_SCREEN,
    ),
    "control dead": _app(
        Trouble("tell", values={"dead": True}),
        O.NOT_FOUND,
        but={"scroll": NEVER_CAME, "wait": SENT, "goal": SEEN},
        moments=OF_A_SCREEN,
    ),
    # --- nobody's: the task goes on
    "error toast, then it works": Planted(
        Trouble("toast", text="系统繁忙，请稍后再试", seconds=3.5), "nobody", DONE
    ),
    "popup that the profile knows": Planted(
        Trouble("popup", text="update"), "nobody", DONE, moments=OVER_A_SCREEN
    ),
    "secure or black screen": Planted(Trouble("black_picture"), "nobody", DONE),
    "element stale once": Planted(Trouble("stale"), "nobody", DONE),
    "hierarchy empty for 2 s": Planted(Trouble("empty_hierarchy", lasts_s=2), "nobody", DONE),
    # --- the profile's: a person must look
    "id renamed": Planted(
        Trouble("tell", values={"renamed": True}),
        "profile",
        O.OUTDATED,
        but={"goal": (O.NOT_FOUND, "it was found a moment before: the App has taken it away")},
        moments=OF_A_SCREEN,
    ),
    "popup that it does not know": Planted(
        Trouble("popup", text="advert"),
        "profile",
        O.OUTDATED,
        but={"tap": LEFT, "scroll": LEFT, "wait": LEFT},
        moments=OVER_A_SCREEN,
    ),
    # --- the phone's
    "maintenance page": Planted(
        Trouble("tell", values={"says": "系统维护中，请稍后再来"}),
        "nobody",
        O.BLOCKED,
        moments=OF_A_SCREEN,
    ),
    "network lost, App says so": Planted(
        Trouble("network_lost"), "phone", O.BLOCKED, but={"goal": SEEN}
    ),
    "network lost, spinner": Planted(
        Trouble("network_lost"), "phone", O.BLOCKED, but={"goal": SEEN}, app=WAITING_APP
    ),
    "network leads nowhere, App says so": Planted(
        Trouble("network_unchecked"), "phone", O.BLOCKED, but={"goal": SEEN}
    ),
    "network leads nowhere, spinner": Planted(
        Trouble("network_unchecked"), "phone", O.BLOCKED, but={"goal": SEEN}, app=WAITING_APP
    ),
    "App ended by the system": Planted(Trouble("killed"), "phone", O.HARNESS_ERROR),
    "home key": Planted(Trouble("gone_home"), "phone", O.HARNESS_ERROR),
    "another App in front": Planted(
        Trouble("other_app", text=OTHER_PACKAGE), "phone", O.HARNESS_ERROR
    ),
    "Android asks leave": Planted(Trouble("permission"), "nobody", DONE),
    "dialog of the system": Planted(
        Trouble("system_dialog", text="电量不足"), "phone", O.HARNESS_ERROR
    ),
    # --- ours: server, driver, device
    "element always stale": _ours(Trouble("stale", count=1000), but=BEFORE_USE),
    "hierarchy fails": _ours(Trouble("no_hierarchy")),
    "hierarchy empty": _ours(Trouble("empty_hierarchy")),
    "pictures fail": _ours(Trouble("no_picture")),
    "session lost": _ours(Trouble("session_lost")),
    "on-device server, adb or device gone": _ours(Trouble("automation_dead")),
    "connection cut": _ours(Trouble("connection_cut")),
    "device slow, 20 s a command": _ours(Trouble("slow_device", seconds=20), but={"goal": SEEN}),
}
NOT_OUR_FAULT: frozenset[tuple[str, Stage]] = frozenset({("id renamed", "goal")})
"""Where an App is rightly blamed for what at other stages is the profile's."""


@dataclass(frozen=True)
class Cell:
    """One fault at one stage: what must come of it, and what has."""

    fault: str
    stage: Stage
    expected: Outcome
    record: AttemptRecord

    @property
    def outcome(self) -> Outcome:
        return self.record.verdict.outcome

    @property
    def wrong(self) -> bool:
        return self.outcome is not self.expected

    @property
    def of_app(self) -> bool:
        return FAULTS[self.fault].whose == "app" or (self.fault, self.stage) in NOT_OUR_FAULT

    @property
    def blames_app(self) -> bool:
        """Whether an App is blamed for what is not its fault."""
        return self.outcome.finding and not self.of_app

    @property
    def hides_fault(self) -> bool:
        """Whether a fault of the App that shows does not count against it."""
        return self.of_app and self.expected.finding and not self.outcome.finding


def cells(fault: str) -> Iterator[Cell]:
    """The attempts with a fault, at one stage after the other, each on a phone of its own."""
    for stage in STAGES:
        yield Cell(fault, stage, FAULTS[fault].expected(stage), attempt(fault, stage))


def attempt(fault: str, stage: Stage) -> AttemptRecord:
    """The task with a fault at a stage."""
    planted = FAULTS[fault]
    moment = planted.moment(stage)
    with rig(planted.app, OTHER_APP, metrics=Metrics(360, 800, 1.0)) as phone:
        plant(phone.phone, PACKAGE, Trouble("slow_device", seconds=COMMAND_S))

        def trouble(planned: PlannedStep) -> None:
            if planned.path == moment.path:
                plant(phone.phone, PACKAGE, planted.trouble, moment.after_s)

        return phone.attempt(STEPS, GOAL, profile=PROFILE, scenario=SCENARIO, watch=trouble)


# --- the table ------------------------------------------------------------------------------------


LETTERS: Mapping[Outcome, str] = {
    Outcome.COMPLETED: "·", Outcome.COMPLETED_ASSISTED: "+", Outcome.CORRECT_REFUSAL: "R",
    Outcome.NOT_FOUND: "F", Outcome.TIMED_OUT: "T", Outcome.WRONG_RESULT: "W",
    Outcome.APP_ERROR: "E", Outcome.CRASHED: "C", Outcome.NOT_RESPONDING: "N",
    Outcome.ABSENT: "A", Outcome.BLOCKED: "B", Outcome.OUTDATED: "O", Outcome.HARNESS_ERROR: "H",
}  # fmt: skip
"""One for each outcome, so that the table fits a terminal."""


def table(made: list[Cell]) -> Table:
    """A row a fault, a column a stage; what is wrong in red, with what was expected."""
    there = {cell.outcome for cell in made}
    legend = "  ".join(
        f"{letter} {outcome}" for outcome, letter in LETTERS.items() if outcome in there
    )
    shown = Table(
        title="Faults by the stage of the task at which they come",
        title_justify="left",
        caption=legend,
        caption_justify="left",
        padding=(0, 0, 0, 1),
    )
    shown.add_column("fault")
    shown.add_column("whose")
    for stage in STAGES:
        shown.add_column(stage, justify="center", no_wrap=True)
    for name, planted in FAULTS.items():
        row = [_show(cell) for cell in made if cell.fault == name]
        if row:
            shown.add_row(name, planted.whose, *row)
    return shown


def _show(cell: Cell) -> str:
    if cell.wrong:
        return f"[red]{LETTERS[cell.outcome]} not {LETTERS[cell.expected]}[/red]"
    return LETTERS[cell.outcome]


def summary(made: list[Cell]) -> str:
    """The numbers that matter, in one line."""
    faults = len({cell.fault for cell in made})
    return (
        f"{faults} faults x {len(STAGES)} stages = {len(made)} cells; "
        f"wrong: {sum(cell.wrong for cell in made)}; "
        f"Apps blamed for what is not their fault: {sum(cell.blames_app for cell in made)}; "
        f"faults of Apps hidden: {sum(cell.hides_fault for cell in made)}"
    )


def main() -> int:
    """Makes all attempts, or those with the faults whose names hold a word; prints the table."""
    # A cut connection is meant; a level would be set anew by each server that starts.
    logging.getLogger("uvicorn.error").addFilter(lambda _: False)
    console = Console()
    wanted = [name for name in FAULTS if all(word in name for word in sys.argv[1:])]
    made = [cell for name in wanted for cell in cells(name)]
    console.print(table(made))
    for cell in made:
        if cell.wrong:
            reasons = "; ".join(map(str, cell.record.verdict.reasons))
            console.print(f"{cell.fault} at {cell.stage}: {reasons}", style="red", markup=False)
    console.print(summary(made))
    return int(any(cell.wrong for cell in made))


if __name__ == "__main__":
    raise SystemExit(main())
