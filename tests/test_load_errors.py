"""Golden error texts: each tests/golden/errors/NNN_name.yaml beside what is said about it.

`UPDATE_GOLDENS=1 pytest tests/test_load_errors.py` writes the texts anew; read the
diff before you commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import yaml_source
from harness.load import Document
from harness.model import AppProfile, Devices, Scenario, SharedSteps
from harness.problem import InvalidFile, Problem
from harness.references import check_files
from tests.project import load_case, load_project

CASES = sorted((Path(__file__).parent / "golden" / "errors").glob("*.yaml"))
LINE = re.compile(r"[^:]+:\d+:\d+: [^ ].*?: .+")


def problems_of(raw: bytes, root: Path) -> tuple[Problem, ...]:
    """What the loader says about a file; if nothing, what stands against it beside others."""
    try:
        document = load_case(raw, root)
    except InvalidFile as invalid:
        return invalid.problems
    return problems_beside_others(document)


def problems_beside_others(document: Document[Any]) -> tuple[Problem, ...]:
    project = load_project()
    scenarios, shared, profiles = project.scenarios, project.shared, project.profiles
    devices = None
    match document.value:
        case Scenario():
            scenarios = (*scenarios, document)
        case SharedSteps():
            shared = (*shared, document)
        case AppProfile():
            profiles = (*profiles, document)
        case Devices():
            devices = document
    return check_files(scenarios, profiles, shared, devices)


def say(raw: bytes, root: Path) -> str:
    return "".join(f"{problem}\n" for problem in problems_of(raw, root))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_says_what_its_golden_text_says(case: Path, tmp_path: Path) -> None:
    said = say(case.read_bytes(), tmp_path)
    golden = case.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDENS"):
        assert not os.environ.get("CI"), "golden texts are not written in CI"
        golden.write_text(said, encoding="utf-8", newline="\n")
    assert said == golden.read_text(encoding="utf-8")
    assert said, "a golden case holds at least one mistake"
    assert all(LINE.fullmatch(line) for line in said.splitlines())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_says_the_same_without_libyaml(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_libyaml = say(case.read_bytes(), tmp_path)
    monkeypatch.setattr(yaml_source, "PARSER", yaml_source.PURE_PARSER)
    assert say(case.read_bytes(), tmp_path) == with_libyaml


def test_libyaml_is_there_to_compare_with() -> None:
    assert yaml_source.PARSER is yaml.CSafeLoader


def test_there_is_a_case_for_every_number_and_a_text_for_every_case() -> None:
    assert [int(case.name[:3]) for case in CASES] == list(range(1, len(CASES) + 1))
    assert {case.with_suffix(".txt") for case in CASES} == set(CASES[0].parent.glob("*.txt"))
