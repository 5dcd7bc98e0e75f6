"""The command line: `python -m scoring score RUN...`.

Exit codes: 0 fine, 2 the user can mend it, 3 infrastructure.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from harness.errors import HarnessError
from harness.store import find_run, read_run
from scoring.scorecard import Scorecard, score
from scoring.show import show
from scoring.write import to_json

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN...", help="A run's directory, its id, or `latest`."),
]
Results = Annotated[
    Path, typer.Option("--results", metavar="DIR", help="Where ids and `latest` are looked up.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.callback()
def main() -> None:
    """掌测 Zhangce: turns the records of runs into measures with their error bars."""


@app.command("score")
def score_command(runs: Runs, results: Results = Path("results"), json: Json = False) -> None:
    """Print the scorecard of a run; of several runs, their attempts taken together."""
    with _exit_codes():
        card = _score(runs, results)
        if json:
            typer.echo(to_json(card), nl=False)
        else:
            show(card, Console())


def _score(references: list[str], results: Path) -> Scorecard:
    return score([read_run(find_run(reference, results)) for reference in references])


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Turns trouble into a message on stderr and the exit code that says whose move it is."""
    try:
        yield
    except HarnessError as exc:
        typer.echo(f"scoring: {exc}", err=True)
        raise typer.Exit(exc.exit_code) from exc


if __name__ == "__main__":
    app(prog_name="python -m scoring")
