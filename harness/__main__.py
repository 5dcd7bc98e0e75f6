"""`python -m harness`: what is done at a terminal besides running the tasks.

Exit codes: 0 fine; 1 findings; 2 the person who asked can mend it; 3 infrastructure.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import HarnessError
from harness.schema import find_stale, write_all

FINDINGS = 1
PROJECT = Path(__file__).parent.parent

app = typer.Typer(
    help="Zhangce (掌测): citizen tasks on government Apps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def harness() -> None:
    """Zhangce (掌测): citizen tasks on government Apps."""


@app.command()
def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say which are stale (exit code 1).")
    ] = False,
) -> None:
    """Write the JSON Schemas of scenarios, shared steps, profiles and devices for editors."""
    paths = find_stale(PROJECT) if check else write_all(PROJECT)
    for path in paths:
        typer.echo(f"{'stale' if check else 'wrote'} {path.as_posix()}")
    if not paths:
        typer.echo("The schemas are what the models say.")
    elif check:
        typer.echo("Write them anew: python -m harness schema", err=True)
        raise typer.Exit(FINDINGS)


def main() -> None:
    """Runs a command; what went wrong is told without a traceback."""
    try:
        app()
    except HarnessError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
