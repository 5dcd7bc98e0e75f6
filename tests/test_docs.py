"""What the documentation shows is what the models take."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from harness.common_interruptions import common_interruptions
from harness.model import (
    LOCATOR_TAGS,
    STEPS,
    AppProfile,
    Condition,
    Interruption,
    Locator,
    Step,
)
from tests.rig import PROFILE

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "steps.md").read_text(encoding="utf-8")
STEP: TypeAdapter[Step] = TypeAdapter(Step)
LOCATOR: TypeAdapter[Locator] = TypeAdapter(Locator)


def examples(heading: str) -> list[str]:
    """The code of the table cells below a heading that are examples."""
    section = PAGE.split(f"/ {heading}\n")[1].split("\n## ")[0]
    rows = [row.split(" | ") for row in section.splitlines() if row.startswith("| ")][1:]
    alone = heading in ("Conditions", "Steps in a web page")
    cells = [row[0] if alone else row[1] for row in rows]
    return [found[1] for cell in cells if (found := re.search(r"`(.+?)`(?: \||$| )", cell + " "))]


def read(text: str) -> Any:
    return yaml.safe_load(text)


@pytest.mark.parametrize("example", examples("Steps in a web page"))
def test_every_example_of_a_step_in_a_web_page_is_one(example: str) -> None:
    [step] = read(example)
    assert "在网页中" in STEP.validate_python(step).describe().zh


@pytest.mark.parametrize("example", examples("Steps"))
def test_every_example_of_a_step_is_one(example: str) -> None:
    [step] = read(example)
    STEP.validate_python(step)


def test_the_steps_of_the_text_and_gestures_are_steps() -> None:
    section = PAGE.split("/ Text and gestures\n")[1].split("\n## ")[0]
    shown = [step for block in re.findall(r"```yaml\n(.+?)```", section, re.DOTALL)
             for step in read(block)]  # fmt: skip
    assert [STEP.validate_python(step).tag for step in shown] == ["type"] * 2 + ["pick"] * 3


def test_every_step_and_locator_has_an_example() -> None:
    steps = {STEP.validate_python(read(example)[0]).tag for example in examples("Steps")}
    assert steps == {step.tag for step in STEPS}
    locators = {LOCATOR.validate_python(read(one)).tag for one in examples("Locators")}
    assert locators == LOCATOR_TAGS


@pytest.mark.parametrize("example", examples("Conditions"))
def test_every_example_of_a_condition_is_one(example: str) -> None:
    Condition.model_validate(read(example))


def test_the_example_of_interruptions_is_one() -> None:
    section = PAGE.split("/ Interruptions\n")[1].split("\n## ")[0]
    written = read(section.split("```yaml\n")[1].split("```")[0])
    profile = AppProfile.model_validate({**PROFILE, **written})
    assert len(profile.interruptions) == 2
    assert profile.common_interruptions.keys() <= {one.name for one in common_interruptions()}
    keys = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert {*keys, "name"} == set(Interruption.model_fields)


def test_the_readmes_show_their_first_task_as_it_is_run() -> None:
    tasks = [
        re.search(r"```yaml\n(.+?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
        for name in ("README.md", "README.zh-CN.md")
    ]
    shown = {re.sub(r"^   ", "", task[1], flags=re.MULTILINE) for task in tasks if task}
    assert len(shown) == 1
    assert read(shown.pop())["id"] == "look_up_fee"
