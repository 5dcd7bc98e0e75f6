"""All tasks on all editions of the sample App, in virtual time: what the plants come out as.

`python -m tests.editions --times 10` prints the table that the README shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from harness.appium_driver import open_session
from harness.clock import VirtualClock
from harness.evidence import Evidence
from harness.load import load_scenario
from harness.model import AttemptRecord, PlannedAttempt, Scenario
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

ROOT = Path(__file__).parents[1]
DEVICE = "phone"
METRICS = Metrics(540, 1200, 1.5)
"""As large as the phone that Apps meet, in fewer pixels."""
COMMAND_S = 0.02
"""What a command takes of virtual time: as many looks to a wait as on a real phone, no more."""


def run_editions(times: int = 1) -> Iterator[AttemptRecord]:
    """Makes every task on every edition so many times, on one attended phone."""
    project = read_project(ROOT)
    documents = [load_scenario(path, root=ROOT) for path in scenario_files(ROOT)]
    scenarios = {document.value.id: document.value for document in documents}
    planned = plan(
        documents,
        tuple(project.profiles.values()),
        project.shared,
        {DEVICE: tuple(APPS)},
        times,
        (DEVICE,),
    )
    clock = VirtualClock()
    phone = Phone(load(tuple(APPS)), clock, metrics=METRICS, attended=True)
    afflict(phone, DEVICE, Trouble("slow_device", seconds=COMMAND_S))
    with (
        serving(phone, pause=clock.sleep) as url,
        Evidence(lambda data, suffix: f"{len(data)}.{suffix}") as evidence,
    ):
        driver = open_session(url, {})
        for attempt in planned.attempts:
            task = _task(attempt, scenarios[attempt.scenario], project)
            yield run_attempt(task, lambda: driver, evidence, clock)
        driver.close()


def _task(attempt: PlannedAttempt, scenario: Scenario, project: Project) -> Task:
    profile = project.profiles[attempt.app].value
    return Task(attempt, scenario, profile, simulated=True, attended=True)


def main(times: Annotated[int, typer.Option(min=1)] = 10) -> None:
    """Prints how each plant came out, so many times."""
    outcomes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in run_editions(times):
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
