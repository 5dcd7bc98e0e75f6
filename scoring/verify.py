"""Whether a run is whole: every hash, every record, every attempt of its plan. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.model import AttemptRecord, Frozen
from harness.store import (
    EvidenceState,
    LineLeftOut,
    Run,
    check_evidence,
    evidence_names,
    read_resumptions,
    read_run,
    stored_evidence,
)

SHOWN = 10
"""Things that are wrong, a kind; the rest is in --json."""

Track = Callable[[tuple[str, ...]], Iterable[str]]
"""Hands the names of evidence on one by one, and may show how far it is."""


class Check(Frozen):
    """What was found of a run."""

    run_id: str
    planned: int
    recorded: int
    """Attempts of the plan with a record; of several tries the last."""
    missing: tuple[str, ...]
    """Attempts of the plan without a record."""
    harness_errors: int
    """Recorded attempts whose last try ended in trouble of ours: --resume makes them again."""
    superseded: int
    """Earlier tries of these attempts."""
    resumed: int
    """How often the run was taken up again."""
    evidence: int
    """Pictures, hierarchies and logs that records name, each once."""
    evidence_missing: tuple[str, ...]
    evidence_damaged: tuple[str, ...]
    """Files whose content is not what their name says."""
    lines_damaged: tuple[str, ...]
    lines_unplanned: tuple[str, ...]
    lines_repeated: tuple[str, ...]
    lines_cut_off: int
    """Lines whose writing was cut off; their attempts are made again, or missing above."""
    unnamed: int
    """Files under evidence/ that no record names: a kill has left them."""

    @property
    def fine(self) -> bool:
        """Whether nothing is missing and nothing damaged."""
        return not any(
            (
                self.missing, self.evidence_missing, self.evidence_damaged,
                self.lines_damaged, self.lines_unplanned, self.lines_repeated,
            )
        )  # fmt: skip


class Verification(Frozen):
    """What was found of several runs."""

    fine: bool
    runs: tuple[Check, ...]


def verify(directory: Path, track: Track = iter) -> Check:
    """Checks a run: reads all that it has kept.

    Raises:
        UsageError: the directory is no run, or cannot be read.
    """
    run = read_run(directory)
    names = _named((*run.attempts, *run.superseded))
    states: dict[str, EvidenceState] = {
        name: check_evidence(directory, name) for name in track(names)
    }
    made = {attempt.id for attempt in run.attempts}
    return Check(
        run_id=run.run.run_id,
        planned=len(run.run.plan),
        recorded=len(run.attempts),
        missing=tuple(planned.id for planned in run.run.plan if planned.id not in made),
        harness_errors=sum(attempt.may_be_made_again for attempt in run.attempts),
        superseded=len(run.superseded),
        resumed=len(read_resumptions(directory)),
        evidence=len(names),
        evidence_missing=_in_state("missing", states),
        evidence_damaged=_in_state("damaged", states),
        lines_damaged=_lines(run, "damaged"),
        lines_unplanned=_lines(run, "unplanned"),
        lines_repeated=_lines(run, "repeated"),
        lines_cut_off=Counter(line.fault for line in run.left_out)["cut_off"],
        unnamed=len(stored_evidence(directory) - set(names)),
    )


def _named(attempts: Iterable[AttemptRecord]) -> tuple[str, ...]:
    return tuple(sorted({name for attempt in attempts for name in evidence_names(attempt)}))


def _in_state(state: EvidenceState, states: dict[str, EvidenceState]) -> tuple[str, ...]:
    return tuple(name for name, found in states.items() if found == state)


def _lines(run: Run, fault: str) -> tuple[str, ...]:
    return tuple(_say(line) for line in run.left_out if line.fault == fault)


def _say(line: LineLeftOut) -> str:
    return f"{line.place}: {line.why}"


# --- in the terminal ------------------------------------------------------------------------------


def show(checks: Iterable[Check], console: Console) -> None:
    """Prints a table for each run: what was looked at, then what is wrong."""
    for check in checks:
        console.print(_table(check))
        for title, wrong in _wrong(check):
            console.print(Text(f"! {title}: {len(wrong)}", style="red"))
            for one in wrong[:SHOWN]:
                console.print(Text(f"    {one}"))
            if len(wrong) > SHOWN:
                console.print(f"    … {len(wrong) - SHOWN} more: --json", style="dim")


def _wrong(check: Check) -> Iterable[tuple[str, tuple[str, ...]]]:
    found = (
        ("未执行 attempts not made (pytest scenarios/ --resume)", check.missing),
        ("证据缺失 evidence missing", check.evidence_missing),
        (
            "证据损坏 evidence damaged: its content is not what its name says",
            check.evidence_damaged,
        ),
        ("记录损坏 lines damaged", check.lines_damaged),
        ("计划外 lines of attempts that were not planned", check.lines_unplanned),
        ("重复 lines of attempts that were recorded before", check.lines_repeated),
    )
    return ((title, wrong) for title, wrong in found if wrong)


def _table(check: Check) -> Table:
    mark = Text("✓ 完整 whole", style="green") if check.fine else Text("✗ 不完整", style="red")
    table = Table(
        title=Text.assemble(f"{check.run_id}  ", mark), title_justify="left",
        box=SIMPLE_HEAD, show_header=False, pad_edge=False,
    )  # fmt: skip
    table.add_column()
    table.add_column(justify="right")
    rows: tuple[tuple[str, str | int], ...] = (
        ("尝试 attempts recorded", f"{check.recorded}/{check.planned}"),
        ("  其中因测试环境故障告终 of these ended in trouble of ours", check.harness_errors),
        ("  先前的尝试 earlier tries, superseded", check.superseded),
        ("证据 pieces of evidence, held against their hashes", check.evidence),
        ("续跑 times resumed", check.resumed),
        ("中断时写了一半的行 lines cut off while being written", check.lines_cut_off),
        ("无人引用的文件 files that no record names", check.unnamed),
    )
    for words, value in rows:
        table.add_row(words, str(value))
    return table
