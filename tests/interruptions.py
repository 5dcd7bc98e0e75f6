"""Every common interruption at every stage of a task: sent away, and counted exactly once.

`python -m tests.interruptions` makes 100 attempts with each kind, spread over the
stages and over moments by the seed, in virtual time, and prints the table. What was
pressed, and whether the commit point was reached, is what the phone writes down.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from harness.model import AttemptRecord, Outcome, PlannedStep
from harness.phone.afflict import plant
from harness.phone.scene import Metrics
from harness.phone.trouble import Trouble
from tests.interrupted_app import (
    GOAL,
    INTERRUPTED_APP,
    LATE_S,
    LOOKALIKES,
    PACKAGE,
    PROFILE,
    SCENARIO,
    STEPS,
)
from tests.rig import Rig, rig

Stage = Literal["launch", "start", "touch", "keyboard", "answer", "goal", "commit"]
COMMAND_S = 0.03
"""How long every command takes on this phone, as on a real one."""
SMALL = Metrics(360, 800, 1.0)


@dataclass(frozen=True)
class Moment:
    """When it comes: in so many seconds, from and to, after the beginning of the step at `path`.

    `at_last_look`: it comes just before the last look at the screen that a touch is
    preceded by, when the step has found its element already.
    """

    path: str
    after_s: tuple[float, float] = (0.0, 0.0)
    at_last_look: bool = False


STAGES: Mapping[Stage, tuple[Moment, str]] = {
    "launch": (Moment("1", (0.70, 0.85)), "while the start screen comes up"),
    "start": (Moment("2"), "on the start screen, before the step looks"),
    "touch": (Moment("6", at_last_look=True), "between finding the element and touching it"),
    "keyboard": (Moment("4"), "in a form, while the keyboard is open"),
    "answer": (Moment("5", (0.3, 2.0)), "while an answer is waited for"),
    "goal": (Moment("goal"), "on the last page, before the goal is seen"),
    "commit": (Moment("7"), "at the commit point"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of interruption: what plants it, and under which name it must be counted.

    `pressed`: the button of the system's dialog that must have been pressed.
    """

    trouble: Trouble
    name: str
    pressed: str = ""

    def lately(self) -> Trouble:
        """The same, of which the dialog takes its time to close."""
        return Trouble(self.trouble.kind, self.trouble.text, self.trouble.values, seconds=LATE_S)


KINDS: Mapping[str, Kind] = {
    "permission dialog": Kind(Trouble("permission"), "permission", "permission_deny_button"),
    "update": Kind(Trouble("popup", text="update"), "update"),
    "advert with a countdown": Kind(Trouble("popup", text="advert"), "advert"),
    "rating request": Kind(Trouble("popup", text="rating"), "rating"),
    "ANR dialog": Kind(Trouble("complained_of"), "not_responding"),
    "network dialog": Kind(Trouble("network_dialog"), "network", "android:id/button2"),
    "notification shade": Kind(Trouble("shade"), "notification_shade"),
    "advert over the element": Kind(Trouble("tell", values={"floats": "over"}), "floating_advert"),
    "advert beside it": Kind(Trouble("tell", values={"floats": "beside"}), "floating_advert"),
    "privacy consent": Kind(Trouble("popup", text="privacy_consent"), ""),
}
"""The last is never sent away: the outcome must say that it lies in the way."""
NO_TOUCH: Mapping[str, frozenset[Stage]] = {
    # In the App's own window it hides nothing: where nothing is touched, it is not looked for.
    "advert over the element": frozenset({"goal", "commit"}),
    "advert beside it": frozenset({"goal", "commit"}),
}
LEAVES: frozenset[tuple[str, Stage]] = frozenset({("privacy consent", "answer")})
"""It opens over the screen that the answer, under way, leaves: so it is in nobody's way."""


@dataclass(frozen=True)
class Made:
    """One attempt: what was planted when, and what came of it."""

    kind: str
    stage: Stage
    record: AttemptRecord
    taken: bool
    """Whether a button was pressed that nobody may press unasked."""
    committed: bool
    pressed: tuple[str, ...]
    """The buttons of the system's dialogs that were pressed."""

    @property
    def counted(self) -> tuple[str, ...]:
        """The interruptions of the record, by name."""
        return tuple(met.name for step in self.record.steps for met in step.interruptions)

    @property
    def pictured(self) -> bool:
        """Whether each of them has its picture and its time."""
        mets = [met for step in self.record.steps for met in step.interruptions]
        return all(met.picture is not None and met.seconds > 0 for met in mets)

    @property
    def expected(self) -> tuple[Outcome, tuple[str, ...]]:
        """The outcome, and what is counted."""
        if self.kind not in KINDS or (self.kind, self.stage) in LEAVES:
            return Outcome.COMPLETED, ()
        kind = KINDS[self.kind]
        return (Outcome.COMPLETED, (kind.name,)) if kind.name else (Outcome.OUTDATED, ())

    @property
    def wrong(self) -> str:
        """What is wrong about it, in words; empty if nothing is."""
        outcome, counted = self.expected
        kind = KINDS.get(self.kind)
        symptoms = self.record.symptoms
        obstacle = "" if symptoms is None else symptoms.obstacle
        faults = {
            f"{self.record.verdict.outcome}, not {outcome}": self.record.verdict.outcome
            is not outcome,
            f"counted {self.counted}, not {counted}": self.counted != counted,
            "no picture or time": not self.pictured,
            "a button was pressed that nobody asked for": self.taken,
            "the commit point was tapped": self.committed,
            f"pressed {self.pressed}": kind is not None
            and kind.pressed != ""
            and self.pressed != (kind.pressed,),
            "the outcome does not say what lies in the way": outcome is Outcome.OUTDATED
            and obstacle != "privacy_consent",
        }
        return "; ".join(words for words, is_so in faults.items() if is_so)


def stages_of(kind: str) -> tuple[Stage, ...]:
    """The stages at which a kind must be sent away."""
    return tuple(stage for stage in STAGES if stage not in NO_TOUCH.get(kind, frozenset()))


def attempts(kind: str, number: int, seed: int = 1) -> Iterator[Made]:
    """So many attempts with a kind, each stage in turn, at moments by the seed."""
    draw = random.Random(f"{kind} {seed}")
    stages = stages_of(kind)
    with trying() as phone:
        for index in range(number):
            yield attempt(phone, kind, stages[index % len(stages)], draw)


@contextmanager
def trying() -> Iterator[Rig]:
    """A phone with the App, on which each command takes its time."""
    with rig(INTERRUPTED_APP, metrics=SMALL) as phone:
        plant(phone.phone, PACKAGE, Trouble("slow_device", seconds=COMMAND_S))
        yield phone


def attempt(phone: Rig, kind: str, stage: Stage, draw: random.Random) -> Made:
    """One attempt with an interruption of this kind, which may close late."""
    late = draw.random() < 0.5
    trouble = KINDS[kind].lately() if late else KINDS[kind].trouble
    moment = STAGES[stage][0]
    after_s = draw.uniform(*moment.after_s)

    def come() -> None:
        plant(phone.phone, PACKAGE, Trouble("tell", values={"late": late}))
        plant(phone.phone, PACKAGE, trouble, after_s)

    def watch(planned: PlannedStep) -> None:
        if planned.path == moment.path:
            if moment.at_last_look:
                before_next(phone, "hierarchy", come)
            else:
                come()

    return made(phone, kind, stage, watch)


def made(phone: Rig, kind: str, stage: Stage, watch: Callable[[PlannedStep], None]) -> Made:
    """An attempt at the task, and what the phone says of it."""
    before = len(phone.phone.changes)
    record = phone.attempt(STEPS, GOAL, profile=PROFILE, scenario=SCENARIO, watch=watch)
    changes = [what for _, what in phone.phone.changes[before:]]
    return Made(
        kind,
        stage,
        record,
        taken=bool(phone.phone.values(PACKAGE).get("taken", False)),
        committed=any("SentActivity" in what for what in changes),
        pressed=tuple(
            what.removeprefix("pressed ") for what in changes if what.startswith("pressed ")
        ),
    )


def before_next(phone: Rig, verb: str, act: Callable[[], None]) -> None:
    """Does something just before the driver is asked for something the next time."""
    ask = getattr(phone.driver, verb)

    def asked(*args: object) -> object:
        delattr(phone.driver, verb)
        act()
        return ask(*args)

    setattr(phone.driver, verb, asked)


def lookalike(phone: Rig, kind: str) -> Made:
    """An attempt in which all pages look like an interruption."""

    def watch(planned: PlannedStep) -> None:
        if planned.path == "1":
            plant(phone.phone, PACKAGE, Trouble("tell", values={"looks_like": kind}))

    return made(phone, kind, "launch", watch)


# --- the table ------------------------------------------------------------------------------------


def table(made: Sequence[Made]) -> Table:
    """A row a kind, a column a stage: attempts as they must be, of all."""
    title = "Attempts in which it was sent away and counted exactly once, of all"
    shown = Table(
        title=title, title_justify="left", box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for heading in ("", *STAGES, "all"):
        shown.add_column(heading, overflow="fold")
    for kind in dict.fromkeys(one.kind for one in made):
        mine = [one for one in made if one.kind == kind]
        cells = ([one for one in mine if one.stage == stage] for stage in STAGES)
        shown.add_row(kind, *map(_counts, cells), _counts(mine))
    return shown


def _counts(made: Sequence[Made]) -> str:
    if not made:
        return "—"
    right = sum(not one.wrong for one in made)
    counts = f"{right}/{len(made)}"
    return counts if right == len(made) else f"[red]{counts}[/red]"


def main() -> int:
    """Makes the attempts of all kinds, or of those whose names hold a word; prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="of the names of kinds")
    parser.add_argument("--attempts", type=int, default=100, help="with each kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wanted = [kind for kind in KINDS if all(word in kind for word in asked.words)]
    done = [one for kind in wanted for one in attempts(kind, asked.attempts, asked.seed)]
    console = Console()
    console.print(table(done))
    with trying() as phone:
        alone = [lookalike(phone, kind) for kind in LOOKALIKES]
    left = sum(not one.wrong for one in alone)
    console.print(f"pages that only look like one, left alone: {left} of {len(alone)}")
    for one in (*done, *alone):
        if one.wrong:
            console.print(f"{one.kind} at {one.stage}: {one.wrong}", style="red", markup=False)
    wrong = sum(bool(one.wrong) for one in (*done, *alone))
    console.print(f"{len(done) + len(alone)} attempts, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
