"""The command line: `python -m scoring score RUN...`.

Exit codes: 0 fine, 1 a run is not whole (`verify`), 2 the user can mend it, 3 infrastructure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, track

from harness.door import listen
from harness.errors import HarnessError, UsageError
from harness.model import Words
from harness.store import Run, find_run, read_run
from scoring.channels import Missing, read_channels, rules, tabulate, with_apps
from scoring.conclude import (
    assess,
    compare_runs,
    explain_runs,
    index_runs,
    open_desks,
    write_report,
)
from scoring.doubt import Doubts, doubt
from scoring.explain import Explanations
from scoring.gates import broken_gates
from scoring.homes import parse_home, parse_sigma, settle
from scoring.illustrate import draw, write_charts
from scoring.index import Indexes
from scoring.pack import open_packed, pack
from scoring.report.printing import print_page
from scoring.review.server import serve
from scoring.sample_size import POWER, plan_sample
from scoring.schema import write_schema
from scoring.scorecard import SIMULATED_NOTE
from scoring.show import show
from scoring.show_channels import show as show_channels
from scoring.show_compare import show as show_comparison
from scoring.show_doubt import show as show_doubts
from scoring.show_explain import show as show_explanations
from scoring.show_sample_size import show as show_sample_size
from scoring.tree import INDICATORS, load_tree
from scoring.verify import Verification, verify
from scoring.verify import show as show_checks
from scoring.weights import CONCENTRATION, load_pairwise
from scoring.write import to_json, write_to

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

UNSAFE = (
    "scoring: others on this network may read the pictures, and the token, on their way: "
    "what the App showed, and your verdicts. Give --tls-cert and --tls-key, or stay on 127.0.0.1."
)
BELOW_A_GATE = 1
"""Exit code where an index does not pass --min-index or --max-drop."""
NOT_WHOLE = 1
"""Exit code of `verify` when something is missing or damaged."""

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN...", help="A run's directory, its id, or `latest`."),
]
Results = Annotated[
    Path, typer.Option("--results", metavar="DIR", help="Where ids and `latest` are looked up.")
]
Indicators = Annotated[
    Path, typer.Option("--indicators", metavar="FILE", help="Another tree of indicators.")
]
Apps = Annotated[
    list[str], typer.Option("--app", metavar="APP", help="Which; the first is held against.")
]
MinIndex = Annotated[
    float | None, typer.Option("--min-index", metavar="X", help="Exit 1 if the index is below X.")
]
Pairs = Annotated[
    Path | None, typer.Option("--pairwise", metavar="FILE", help="Judgements for weights by AHP.")
]
WithoutReviews = Annotated[
    bool, typer.Option("--without-reviews", help="As the court had it: no reviewer's word counts.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.callback()
def main() -> None:
    """掌测 Zhangce: turns the records of runs into measures with their error bars."""


@app.command("score")
def score_command(
    runs: Runs,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Write JSON, CSVs and a workbook there as well."),
    ] = None,
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
    without_reviews: WithoutReviews = False,
    json: Json = False,
) -> None:
    """Print scorecard and index of a run; of several runs, their attempts taken together."""
    with _exit_codes():
        card = assess(_find(runs, results), indicators, reviews=not without_reviews).card
        for path in () if to is None else write_to(card, to):
            typer.echo(f"scoring: {path}", err=True)
        if json:
            typer.echo(to_json(card), nl=False)
        else:
            show(card, Console())


@app.command("report")
def report_command(
    runs: Runs,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Write the pages there, not into the run."),
    ] = None,
    pdf: Annotated[
        list[str],
        typer.Option("--pdf", metavar="PAGE", help="Print this one as well: tasks/search."),
    ] = [],  # noqa: B006  typer reads the default and never changes it
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
) -> None:
    """Write pages to look at: overview, Apps, tasks, every attempt with its pictures."""
    with _exit_codes(), Progress(console=Console(stderr=True), transient=True) as progress:
        pictures = progress.add_task("图片 pictures")
        found = assess(_find(runs, results), indicators)
        first = write_report(
            found, to, lambda done, total: progress.update(pictures, total=total, completed=done)
        )
        printed = [print_page(first.parent, page) for page in pdf]
    for path in (first, *printed):
        typer.echo(path)


@app.command("review")
def review_command(
    runs: Runs,
    reviewer: Annotated[str, typer.Option("--reviewer", metavar="NAME", help="Who reviews.")],
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one.")] = 0,
    cert: Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE")] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", metavar="FILE")] = None,
    results: Results = Path("results"),
) -> None:
    """Serve the pages to a reviewer, whose verdicts count in the score; ends with Ctrl-C."""
    with _exit_codes():
        directories = _find(runs, results)
        desks = open_desks(directories, reviewer)
        address = listen(host, port, printed_by="python -m scoring review", tls=cert is not None)
        if not host.startswith("127.") and cert is None:
            typer.echo(UNSAFE, err=True)
        serve(desks, address, lambda: typer.echo(f"评审 review: {address.url}"), cert, key)
        typer.echo(f"写进报告 into the report: python -m scoring report {' '.join(runs)}")


@app.command("explain")
def explain_command(
    runs: Runs,
    indicator: Annotated[
        str,
        typer.Option("--indicator", metavar="ID", help="Of the tree: B2.1, or all of B."),
    ],
    app: Annotated[
        str | None, typer.Option("--app", metavar="APP", help="Of this App; else of each.")
    ] = None,
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
    json: Json = False,
) -> None:
    """Walk from a number of the index to its formula, weights, attempts, steps and pictures."""
    with _exit_codes():
        directories = _find(runs, results)
        found = explain_runs(directories, indicator, app, indicators)
        if json:
            typer.echo(Explanations(found).model_dump_json(indent=2))
        else:
            show_explanations(found, Console())


@app.command("compare")
def compare_command(  # noqa: PLR0913, PLR0917  each is an option of the command
    runs: Runs,
    apps: Apps = [],  # noqa: B006  typer reads the default and never changes it
    paired: Annotated[
        bool, typer.Option("--paired", help="The same person tried both: by device, repetition.")
    ] = False,
    min_index: MinIndex = None,
    max_drop: Annotated[
        float | None,
        typer.Option("--max-drop", metavar="Y", help="Exit 1 if the second's index is Y lower."),
    ] = None,
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
    json: Json = False,
) -> None:
    """Hold an App against another of one run, or the second of two runs against the first."""
    with _exit_codes():
        found = compare_runs(_find(runs, results), apps, indicators, paired=paired)
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            show_comparison(found, Console())
        overall = found.overall
        _pass_gates(
            broken_gates(
                overall.second_index,
                min_index=min_index,
                before=overall.first_index,
                max_drop=max_drop,
            )
        )


@app.command("plan")
def plan_command(
    runs: Runs,
    apps: Apps = [],  # noqa: B006  typer reads the default and never changes it
    power: Annotated[
        float,
        typer.Option(
            "--power", min=0.5, max=0.999, help="How often the difference shall be found."
        ),
    ] = POWER,
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
    json: Json = False,
) -> None:
    """Say how many more attempts, or tasks, would tell two Apps apart."""
    with _exit_codes():
        found = plan_sample(compare_runs(_find(runs, results), apps, indicators), power)
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            show_sample_size(found, Console())


@app.command("channels")
def channels_command(  # noqa: PLR0913, PLR0917  each is an option of the command
    table: Annotated[
        Path, typer.Argument(metavar="CSV", help="Columns: city, level, channel, score, source.")
    ],
    runs: Annotated[
        list[str], typer.Argument(metavar="[RUN]...", help="Where Apps were measured.")
    ] = [],  # noqa: B006  typer reads the default and never changes it
    homes: Annotated[
        list[str],
        typer.Option("--app", metavar="APP=CITY", help="Which App of the runs is which city's."),
    ] = [],  # noqa: B006
    sigma: Annotated[
        list[str],
        typer.Option("--sigma", metavar="CHANNEL=W", help="A channel's weight; equal ones if not."),
    ] = [],  # noqa: B006
    missing: Annotated[
        Missing, typer.Option("--missing", help="What a channel counts that a city lacks.")
    ] = "zero",
    short_video: Annotated[
        bool, typer.Option("--short-video", help="Short video is new media; not so in 2018.")
    ] = False,
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
    json: Json = False,
) -> None:
    """Rank cities by all their channels: the App's index beside scores read from a table."""
    with _exit_codes():
        scores = read_channels(table)
        notes: tuple[Words, ...] = ()
        if bool(runs) != bool(homes):
            raise UsageError("give RUN and --app APP=CITY together, or neither")
        if runs:
            indexes = _index(runs, results, indicators)
            apps = settle(indexes, [parse_home(home) for home in homes])
            scores = with_apps(scores, apps, ", ".join(runs))
            if any(each.simulated for each in indexes.apps):
                notes = (SIMULATED_NOTE,)
        by = rules(sigma=parse_sigma(sigma), missing=missing, short_video=short_video)
        found = tabulate(scores, by, notes)
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            show_channels(found, Console())


@app.command("weights")
def weights_command(
    runs: Runs,
    pairwise: Pairs = None,
    any_weights: Annotated[
        bool, typer.Option("--any", help="Draw any weights at all, not such as are near.")
    ] = False,
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
    json: Json = False,
) -> None:
    """Say what other weights would change: equal, by pairs, by entropy, and drawn at random."""
    with _exit_codes():
        concentration = None if any_weights else CONCENTRATION
        _, found = _doubt(runs, results, indicators, pairwise, concentration)
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            show_doubts(found, Console())


@app.command("charts")
def charts_command(
    runs: Runs,
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Where the charts are written.")
    ] = Path("charts"),
    indicators: Indicators = INDICATORS,
    results: Results = Path("results"),
) -> None:
    """Draw index, capabilities, tasks, steps and weights as SVG and PNG."""
    with _exit_codes():
        indexes, found = _doubt(runs, results, indicators)
        charts = draw(_read(runs, results), load_tree(indicators), indexes, found)
        for path in write_charts(charts, to):
            typer.echo(str(path))


@app.command("verify")
def verify_command(runs: Runs, results: Results = Path("results"), json: Json = False) -> None:
    """Check that runs are whole: every hash, every record, every attempt of the plan (else 1)."""
    with _exit_codes():
        checks = tuple(verify(find_run(run, results), _track) for run in runs)
        found = Verification(fine=all(check.fine for check in checks), runs=checks)
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            show_checks(checks, Console())
        if not found.fine:
            raise typer.Exit(NOT_WHOLE)


@app.command("schema")
def schema_command() -> None:
    """Write the JSON Schema of scorecard.json to docs/schema/."""
    with _exit_codes():
        typer.echo(str(write_schema(Path.cwd())))


@app.command("pack")
def pack_command(runs: Runs, results: Results = Path("results")) -> None:
    """Write the frames of runs as Parquet under their scores/: many attempts are scored sooner."""
    with _exit_codes():
        for run in runs:
            for path in pack(find_run(run, results)):
                typer.echo(f"{path}  {path.stat().st_size / 1e6:,.1f} MB")


def _track(names: tuple[str, ...]) -> Iterable[str]:
    """Shows on a terminal how far the look at the evidence is."""
    console = Console(stderr=True)
    return track(
        names, "证据 evidence", console=console, transient=True, disable=not console.is_terminal
    )


def _pass_gates(broken: Iterable[str]) -> None:
    for sentence in (said := tuple(broken)):
        typer.echo(f"scoring: gate: {sentence}", err=True)
    if said:
        raise typer.Exit(BELOW_A_GATE)


def _find(references: Iterable[str], results: Path) -> list[Path]:
    return [find_run(reference, results) for reference in references]


def _read(references: Iterable[str], results: Path) -> list[Run]:
    return [read_run(directory) for directory in _find(references, results)]


def _index(references: Iterable[str], results: Path, indicators: Path) -> Indexes:
    directories = _find(references, results)
    for directory in directories:
        if open_packed(directory) is not None:
            typer.echo(f"scoring: {directory}: from its packed frames", err=True)
    return index_runs(directories, indicators)


def _doubt(
    references: Iterable[str],
    results: Path,
    indicators: Path,
    pairwise: Path | None = None,
    concentration: float | None = CONCENTRATION,
) -> tuple[Indexes, Doubts]:
    indexes = _index(references, results, indicators)
    judged = None if pairwise is None else load_pairwise(pairwise)
    return indexes, doubt(load_tree(indicators), indexes, judged, concentration=concentration)


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
