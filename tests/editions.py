"""All tasks on all editions of the sample App, in virtual time: what the plants come out as.

`python -m tests.editions --times 10` prints the table that the README shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from harness.appium_driver import open_session
from harness.clock import VirtualClock
from harness.evidence import Evidence
from harness.load import load_scenario
from harness.model import PlannedAttempt, RunRecord, Scenario, SimulatedDevice
from harness.phone.afflict import plant as afflict
from harness.phone.apps import load
from harness.phone.device import Phone
from harness.phone.sample_city.app import APPS
from harness.phone.sample_city.plants import PLANTS
from harness.phone.scene import Metrics
from harness.phone.server import serving
from harness.phone.trouble import Trouble
from harness.plan import plan
from harness.project import Project, read_project, scenario_files
from harness.runner import run_attempt
from harness.stage import Task
from harness.store import RunDirectory, read_run

ROOT = Path(__file__).parents[1]
DEVICE = "phone"
METRICS = Metrics(540, 1200, 1.5)
"""As large as the phone that Apps meet, in fewer pixels."""
COMMAND_S = 0.02
"""What a command takes of virtual time: as many looks to a wait as on a real phone, no more."""


def run_editions(results: Path, times: int = 1) -> Path:
    """Keeps a run of every task on every edition, so many times, on one attended phone.

    Returns:
        The run's directory.
    """
    project = read_project(ROOT)
    documents = [load_scenario(path, root=ROOT) for path in scenario_files(ROOT)]
    scenarios = {document.value.id: document.value for document in documents}
    profiles = [project.profiles[app] for app in APPS]
    planned = plan(documents, profiles, project.shared, {DEVICE: tuple(APPS)}, times, (DEVICE,))
    clock = VirtualClock()
    request = RunRecord(
        run_id="editions",
        started_at=clock.now(),
        versions={},
        commit="",
        options={},
        devices={DEVICE: SimulatedDevice(kind="simulated", apps=tuple(APPS))},
        apps=tuple(profile.value for profile in profiles),
        scenarios=tuple(
            scenarios[id] for id in dict.fromkeys(a.scenario for a in planned.attempts)
        ),
        plan=planned.attempts,
    )
    phone = Phone(load(tuple(APPS)), clock, metrics=METRICS, attended=True)
    afflict(phone, DEVICE, Trouble("slow_device", seconds=COMMAND_S))
    with (
        RunDirectory.create(results, request) as directory,
        serving(phone, pause=clock.sleep) as url,
        Evidence(directory.keep) as evidence,
    ):
        driver = open_session(url, {})
        for attempt in track(planned.attempts, "attempts", transient=True):
            task = _task(attempt, scenarios[attempt.scenario], project)
            directory.append(run_attempt(task, lambda: driver, evidence, clock))
        driver.close()
    return directory.path


def _task(attempt: PlannedAttempt, scenario: Scenario, project: Project) -> Task:
    profile = project.profiles[attempt.app].value
    return Task(attempt, scenario, profile, simulated=True, attended=True)


def main(times: Annotated[int, typer.Option(min=1)] = 10) -> None:
    """Prints how each plant came out, so many times."""
    outcomes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    with TemporaryDirectory() as results:
        run = read_run(run_editions(Path(results), times))
    for record in run.attempts:
        outcomes[record.scenario, record.app][str(record.verdict.outcome)] += 1
    table = Table("edition", "plant", "task", "must be", "was", title_justify="left")
    for plant in PLANTS:
        if plant.outcome:
            was = outcomes.pop((plant.task, plant.edition))
            said = ", ".join(f"{outcome} {count}/{times}" for outcome, count in was.items())
            table.add_row(plant.edition, plant.name, plant.task, plant.outcome, said)
    rest = sum(outcomes.values(), Counter())
    said = ", ".join(f"{outcome} {count}" for outcome, count in rest.items())
    Console(width=140).print(table, f"all other tasks of the three editions: {said}")


if __name__ == "__main__":
    typer.run(main)
