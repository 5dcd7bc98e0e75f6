"""`python -m harness`: what is done at a terminal besides running the tasks.

Exit codes: 0 fine; 1 findings; 2 the person who asked can mend it; 3 infrastructure.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from harness import doctor_report, forecast, privacy_audit
from harness.clock import SystemClock
from harness.doctor import works
from harness.doctor_visit import examine
from harness.errors import HarnessError
from harness.inspect.visit import Wish, visit
from harness.load import load_scenario
from harness.model import RunRecord, SimulatedDevice
from harness.ocr import INSTALL, is_installed, reader
from harness.pace import begun_before
from harness.personal import Word, words_of
from harness.plan import Shard
from harness.privacy_audit import Search, audit
from harness.problem import InvalidFile
from harness.processes import android_sdk
from harness.processes.simulated_phone import SimulatedPhone
from harness.project import Asked, Project, read_project, scenario_files
from harness.schema import find_stale, write_all
from harness.store import find_run, read_request, read_run
from harness.unused import find_unused
from harness.variables import SECRET, names_in
from harness.verify_visit import Visit, ask_at_terminal, verify

FINDINGS = 1
INFRASTRUCTURE = 3
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


@app.command()
def phone(
    attended: Annotated[
        bool, typer.Option(help="Somebody is there to drag sliders and show a face.")
    ] = True,
    font_scale: Annotated[float, typer.Option(min=0.8, max=2, help="The system's font size.")] = 1,
) -> None:
    """Run a simulated phone by hand: for adb, Appium Inspector, or a script of one's own."""
    device = SimulatedDevice(
        kind="simulated",
        stack="android",
        apps=("sample_city",),
        attended=attended,
        font_scale=font_scale,
    )
    running = SimulatedPhone.start(device)
    typer.echo(how_to_connect(running.url, running.serial))
    try:
        running.wait()
    except KeyboardInterrupt:
        typer.echo()
    finally:
        running.stop()
    for command in running.unknown:
        typer.echo(f"它不认识 it did not know: {command}")


def how_to_connect(url: str, serial: str) -> str:
    """What to connect to a simulated phone, and how."""
    adb = android_sdk.find().adb
    return "\n".join(
        (
            "模拟手机已开机，按 Ctrl-C 关机 / A simulated phone is on; Ctrl-C switches it off",
            f"  adb                {adb} connect {serial}",
            f"                     {adb} -s {serial} shell",
            f"  Appium Inspector   appium:udid = {serial}  (connect adb first, then Appium)",
            f"  W3C                {url}  (Appium-Python-Client, without Appium)",
        )
    )


@app.command()
def doctor(
    device: Annotated[
        str, typer.Option(help="A device of devices.yaml; the default one unless given.")
    ] = "",
    results: Annotated[Path, typer.Option(help="Where runs would be kept.")] = PROJECT / "results",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look whether a run on a device could work, and say what to do if not (exit code 3).

    Opens a session on the phone, as a run does; an emulator is booted, and stopped again.
    """
    project = read_project(PROJECT)
    asked = Asked(devices=(device,) if device else ())
    asked.check(project)
    (name,) = asked.devices_of(project)
    findings = examine(project, name, results, SystemClock())
    if as_json:
        typer.echo(doctor_report.as_json(findings))
    else:
        doctor_report.show(findings, Console())
    if not all(map(works, findings.values())):
        raise typer.Exit(INFRASTRUCTURE)


@app.command()
def plan(
    device: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A device of devices.yaml.")
    ] = None,
    app_id: Annotated[
        list[str] | None, typer.Option("--app", metavar="ID", help="An App of scenarios/apps/.")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Attempts of each task.")] = 1,
    shard: Annotated[str, typer.Option(metavar="I/N", help="The Ith of N parts only.")] = "",
    workers: Annotated[int, typer.Option("-n", min=1, help="Workers that share the phones.")] = 1,
    results: Annotated[Path, typer.Option(help="Where earlier runs are.")] = PROJECT / "results",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what `pytest scenarios/` would do, for how long, and what it would leave out and why."""
    project = read_project(PROJECT)
    tasks, problems = forecast.read_tasks(project)
    asked = Asked(tuple(device or ()), tuple(app_id or ()), repeat)
    ahead = forecast.plan_ahead(
        project,
        tasks,
        asked,
        forecast.read_earlier(results),
        shard=Shard.parse(shard) if shard else None,
        workers=workers,
        begun=_begun_before(project),
    )
    unused = tuple(map(str, find_unused(project, asked.all_apps(project))))
    ahead = ahead.model_copy(update={"unused": unused})
    if as_json:
        typer.echo(ahead.model_dump_json(indent=2))
    else:
        forecast.show(ahead, Console())
    if problems:
        raise InvalidFile(problems)


def _begun_before(project: Project) -> dict[str, tuple[float, ...]]:
    """How many seconds ago attempts have begun on each App within the last hour, by package."""
    now = SystemClock().now()
    packages = {each.value.android.package for each in project.profiles.values()}
    return {package: begun_before(package, now) for package in packages}


@app.command()
def inspect(
    device: Annotated[
        str, typer.Option(help="A device of devices.yaml; the default one unless given.")
    ] = "",
    app_id: Annotated[
        str, typer.Option("--app", metavar="ID", help="An App of scenarios/apps/.")
    ] = "",
    new_app: Annotated[
        str, typer.Option(metavar="ID", help="An App that has no profile yet: one is begun.")
    ] = "",
    package: Annotated[
        str, typer.Option(help="The new App's; the one in front is offered unless given.")
    ] = "",
    allow_commit: Annotated[
        bool, typer.Option("--allow-commit", help="Tap commit points of a sandbox App.")
    ] = False,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    root: Annotated[Path, typer.Option("--project", help="Whose files are edited.")] = PROJECT,
) -> None:
    """Show a phone in the browser: name elements, run steps, record a task; ends with Ctrl-C."""
    project = read_project(root)
    asked = Asked((device,) if device else (), (app_id,) if app_id else ())
    asked.check(project)
    visit(
        project,
        Wish(asked, new_app=new_app, allow_commit=allow_commit),
        SystemClock(),
        which_package=lambda front: package or typer.prompt("包名 package", default=front),
        ready=lambda url: _show_page(url, open_it=browser),
        tell=typer.echo,
    )


def _show_page(url: str, *, open_it: bool) -> None:
    typer.echo(f"检查 inspect: {url}\n按 Ctrl-C 结束 / Ctrl-C ends it")
    if open_it:
        webbrowser.open(url)


@app.command("audit-privacy")
def audit_privacy(
    run: Annotated[str, typer.Argument(help="A run: its directory, its id, or `latest`.")],
    results: Annotated[Path, typer.Option(help="Where runs are.")] = PROJECT / "results",
    ocr: Annotated[
        bool, typer.Option(help="Read pictures, where the optional extra is installed.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Search every file of a run for personal data and secrets (exit code 1 if there are any)."""
    directory = find_run(run, results)
    read = reader() if ocr and is_installed() else None
    search = Search(tuple(_words(read_request(directory))), read)

    def follow(files: tuple[Path, ...]) -> Iterable[Path]:
        return track(files, "files", console=Console(stderr=True), transient=True)

    found = audit(directory, search, follow)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        privacy_audit.show(found, Console(), INSTALL)
    if found.leaks:
        raise typer.Exit(FINDINGS)


@app.command("verify-profile")
def verify_profile(
    app_id: Annotated[str, typer.Option("--app", metavar="ID", help="An App of scenarios/apps/.")],
    device: Annotated[
        str, typer.Option(metavar="ID", help="A device of devices.yaml; the default one else.")
    ] = "",
    screen: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only these screens; then no date is written."),
    ] = None,
    from_run: Annotated[
        str, typer.Option("--from", metavar="RUN", help="Take what a run has found as well.")
    ] = "",
    results: Annotated[Path, typer.Option(help="Where runs are.")] = PROJECT / "results",
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: look at what is in front and its tabs.")
    ] = False,
) -> None:
    """Walk an App's screens with the tester, tick its profile's elements, write the dates.

    The App is started; nothing is touched but the tabs at its foot. Exit code 1: some elements
    were not found.
    """
    project = read_project(PROJECT)
    asked = Asked(devices=(device,) if device else (), apps=(app_id,))
    asked.check(project)
    (name,) = asked.devices_of(project)
    run = read_run(find_run(from_run, results)) if from_run else None
    visit = Visit(project, app_id, name, tuple(screen or ()), run, SystemClock())
    if not verify(visit, Console(), None if yes else ask_at_terminal):
        raise typer.Exit(FINDINGS)


def _words(run: RunRecord) -> Iterator[Word]:
    """What no form tells: the names of the run's tasks as their files are now, and its secrets."""
    known = {scenario.id for scenario in run.scenarios}
    for path in scenario_files(PROJECT):
        if path.stem in known:
            with suppress(InvalidFile):
                yield from words_of(load_scenario(path, root=PROJECT).value)
    for name in names_in(run.model_dump_json()):
        secret = SECRET.fullmatch(name)
        if secret is not None and os.environ.get(secret[1]):
            yield Word(os.environ[secret[1]], "password")


def main() -> None:
    """Runs a command; what went wrong is told without a traceback."""
    try:
        app()
    except HarnessError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
