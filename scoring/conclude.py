"""The last act of a run: reads it back from the disk, scores it, keeps the scores, shows them."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from harness.store import read_run
from scoring.scorecard import Scorecard, score
from scoring.show import show
from scoring.write import write


def conclude(directory: Path, console: Console) -> Scorecard:
    """Scores a run that has ended: writes its scores/ and prints the scorecard.

    Raises:
        UsageError: the directory is no run.
        ResultsTrouble: the scores cannot be written; the card was printed.
    """
    card = score([read_run(directory)])
    show(card, console)
    write(card, directory)
    return card
