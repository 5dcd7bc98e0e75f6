"""Many attempts over the phones of a pool: none lost, none twice, no two at once on a phone.

    .venv/bin/python -m tests.many_attempts --attempts 200 --workers 4

It takes some minutes, so it is no part of the suite. The same attempts with one
worker, fewer of them, say how much faster several are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.model import AttemptRecord
from harness.store import read_run

ROOT = Path(__file__).parents[1]


def main(
    attempts: Annotated[int, typer.Option(min=1)] = 200,
    workers: Annotated[int, typer.Option(min=1)] = 4,
    alone: Annotated[int, typer.Option(min=0, help="Attempts of one worker; 0: none.")] = 24,
    task: Annotated[str, typer.Option(help="A file under scenarios/.")] = (
        "social_security/show_social_security_card.yaml"
    ),
    app: Annotated[str, typer.Option(help="Which edition of the sample App.")] = "sample_city",
    stack: Annotated[str, typer.Option(help="embedded, or android: adb and Appium.")] = "embedded",
) -> None:
    """Makes the attempts in a project of their own, and checks their records."""
    with tempfile.TemporaryDirectory(prefix="zhangce-") as folder:
        root = Path(folder)
        _prepare(root, workers, stack, app)
        shared = _attempts_a_minute(root, f"{workers}", task, attempts, workers)
        if alone:
            one = _attempts_a_minute(root, "1", task, alone, 1)
            typer.echo(f"{shared / one:.2f} times the throughput of one worker")


def _prepare(root: Path, phones: int, stack: str, app: str) -> None:
    """A project with this one's tasks, and a pool of so many phones."""
    shutil.copytree(ROOT / "scenarios", root / "scenarios")
    shutil.copy(ROOT / "conftest.py", root)
    (root / "pytest.ini").write_text("[pytest]\n")
    names = [f"phone_{number + 1}" for number in range(phones)]
    lines = [
        "default: pool",
        "devices:",
        *(f"  {name}: {{kind: simulated, stack: {stack}, apps: [{app}]}}" for name in names),
        f"  pool: {{kind: pool, apps: [{app}], phones: [{', '.join(names)}]}}",
    ]
    (root / "devices.yaml").write_text("\n".join(lines))


def _attempts_a_minute(root: Path, run: str, task: str, attempts: int, workers: int) -> float:
    """Makes a run, checks it, tells of it."""
    command = (
        *(sys.executable, "-m", "pytest", f"scenarios/{task}", "--run-id", run),
        *("--repeat", f"{attempts}", "-n", f"{workers}", "--findings", "report", "-q"),
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    made = subprocess.run(
        command, check=False, cwd=root, env=environment, capture_output=True, text=True
    )
    took_s = time.monotonic() - began
    said = (made.stdout[-2000:], made.stderr[-2000:])
    try:
        kept = read_run(root / "results" / run)
    except UsageError:  # it has not begun: pytest says why
        typer.echo("\n".join(said), err=True)
        raise typer.Exit(1) from None
    wrong = [*kept.problems, *_not_once([one.id for one in kept.run.plan], kept.attempts)]
    wrong += _at_once(kept.attempts)
    outcomes = Counter(str(one.verdict.outcome) for one in kept.attempts)
    within_s = _span_s(kept.attempts)
    typer.echo(
        f"-n {workers}: {len(kept.attempts)} attempts of {attempts} in {took_s:.1f} s "
        f"({within_s:.1f} s from the first to the last), {dict(outcomes)}, "
        f"phones {dict(sorted(Counter(one.phone for one in kept.attempts).items()))}, "
        f"{_app_share(kept.attempts):.0%} of the time the App's own"
    )
    if wrong or made.returncode:
        typer.echo("\n".join([*wrong, *said]), err=True)
        raise typer.Exit(1)
    typer.echo("  none lost, none twice, no two at once on a phone")
    return 60 * len(kept.attempts) / within_s


def _not_once(planned: Sequence[str], made: Sequence[AttemptRecord]) -> list[str]:
    counts = Counter(one.id for one in made)
    return [f"{id} was made {counts[id]} times" for id in planned if counts[id] != 1]


def _at_once(made: Sequence[AttemptRecord]) -> list[str]:
    """What is wrong when an attempt began on a phone before the one before it had ended."""
    ordered = sorted(made, key=lambda one: (one.phone, one.started_at))
    return [
        f"{first.id} and {second.id} were on {first.phone} at once"
        for first, second in pairwise(ordered)
        if first.phone == second.phone
        and (second.started_at - first.started_at).total_seconds() < first.wall_s
    ]


def _span_s(made: Sequence[AttemptRecord]) -> float:
    """Seconds from the beginning of the first attempt to the end of the last."""
    ends = [one.started_at.timestamp() + one.wall_s for one in made]
    starts = [one.started_at.timestamp() for one in made]
    return max(ends, default=0.0) - min(starts, default=0.0)


def _app_share(made: Sequence[AttemptRecord]) -> float:
    """How much of the attempts' time was the App's, of 1."""
    app_s = sum(step.times.app_s for one in made for step in one.steps)
    return app_s / (sum(one.wall_s for one in made) or 1)


if __name__ == "__main__":
    typer.run(main)
