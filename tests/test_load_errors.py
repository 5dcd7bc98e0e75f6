"""Golden error texts: each tests/golden/errors/NNN_name.yaml beside what is said about it.

`UPDATE_GOLDENS=1 pytest tests/test_load_errors.py` writes the texts anew; read the
diff before you commit it.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import yaml_source
from harness.examples import EXAMPLES, STEP_EXAMPLES
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


# --- in two languages -----------------------------------------------------------------------------

CHINESE = re.compile("[\u4e00-\u9fff]+")
CHINESE_OR_ITS_SIGNS = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef“”]")
ENGLISH = re.compile(r"\b(the|is|are|must|found|expected|you|mean|here|called|write)\b")
TO_BE_WRITTEN = " ".join(
    (*STEP_EXAMPLES.values(), *(each.en for each in EXAMPLES.values()), "{text: 搜索}")
)
"""What both languages give for an example."""
ROOT = Path(__file__).parents[1]
TOLD_IN = (
    *(
        ROOT / "harness" / f"{name}.py"
        for name in (
            "checks", "examples", "load", "model_errors", "problem", "references", "regex",
            "unused", "yaml_errors", "yaml_source",
        )
    ),
    *(ROOT / "scoring" / f"{name}.py" for name in ("channels", "tree", "weights")),
)  # fmt: skip
"""The modules in which mistakes are put into words."""


def strangers(text: str, known: str) -> list[str]:
    """Chinese in a text that is English but for what is known."""
    return [found for found in CHINESE.findall(text) if found not in known]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_half_is_in_its_own_language(case: Path, tmp_path: Path) -> None:
    written = case.read_text(encoding="utf-8", errors="replace")
    for problem in problems_of(case.read_bytes(), tmp_path):
        message = problem.message
        assert CHINESE.search(message.zh)
        assert not ENGLISH.search(message.zh)
        assert re.search("[a-z]{3}", message.en)
        assert not strangers(message.en, written + TO_BE_WRITTEN)


def halves(path: Path) -> Iterator[tuple[int, str, str]]:
    """The line and the fixed parts of both languages, wherever a module says something."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Words"
        ):
            said = {each.arg: each.value for each in node.keywords}
            if isinstance(said["zh"], ast.Constant | ast.JoinedStr):
                yield node.lineno, _fixed(said["zh"]), _fixed(said["en"])


def _fixed(value: ast.expr) -> str:
    parts = value.values if isinstance(value, ast.JoinedStr) else [value]
    return "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))


@pytest.mark.parametrize("module", TOLD_IN, ids=lambda path: path.stem)
def test_nobody_forgets_a_half_of_what_no_case_shows(module: Path) -> None:
    said = list(halves(module))
    assert said
    assert [line for line, zh, _ in said if zh and not CHINESE_OR_ITS_SIGNS.search(zh)] == []
    assert [line for line, _, en in said if strangers(en, TO_BE_WRITTEN)] == []
    assert [line for line, zh, _ in said if ENGLISH.search(zh)] == []
