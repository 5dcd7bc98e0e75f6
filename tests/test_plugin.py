"""`pytest scenarios/` as a tester sees it: a project of its own, a phone in its own process."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCHEMA_LINE = "# yaml-language-server: $schema=../../docs/schema/scenario.schema.json\n"
TASK = (
    SCHEMA_LINE
    + """\
id: {id}
title: {{zh: 打开首页, en: Open the home page}}
goal: {goal}
life_event: test
kind: information
severity: minor
tags: [quick]
time_limit_s: 60
patience_s: 3
reference: {{time_s: 5, screens: 2}}
steps:
{steps}
"""
)
TO_HOME = "  - run: first_start"
DEVICES = """\
default: phone
devices:
  phone: {kind: simulated, apps: [sample_city], attended: false}
  nowhere: {kind: remote, apps: [sample_city], url: "http://127.0.0.1:9"}
"""


class Project:
    """A tester's project, with the sample App's profile and the shared steps of this one."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        pytester.makeconftest((ROOT / "conftest.py").read_text())
        pytester.makeini("[pytest]\naddopts = -ra")
        (self.path / "devices.yaml").write_text(DEVICES)
        for folder in ("shared", "apps"):
            shutil.copytree(ROOT / "scenarios" / folder, self.path / "scenarios" / folder)

    def task(self, name: str, goal: str = "home.services", steps: str = TO_HOME) -> None:
        """Adds a task that goes to the home page, or does other steps."""
        folder = self.path / "scenarios" / "test"
        folder.mkdir(exist_ok=True)
        text = TASK.format(id=name, goal=goal, steps=steps)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(self, *options: str) -> pytest.RunResult:
        """Runs `pytest scenarios/` in a process of its own."""
        command = ("scenarios/", "--run-id", "it", *options)
        return self.pytester.runpytest_subprocess(*command, timeout=100)

    def records(self) -> list[dict[str, object]]:
        """What the run has kept."""
        lines = [
            line
            for path in (self.path / "results" / "it" / "attempts").glob("*.jsonl")
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        return [json.loads(line) for line in lines]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("COLUMNS", raising=False)
    return Project(pytester)


def test_tasks_run_and_end_in_a_scorecard_beside_a_broken_one(project: Project) -> None:
    project.task("open_home")
    (project.path / "scenarios" / "test" / "broken.yaml").write_text(
        SCHEMA_LINE + "id: broken\ntitel: {zh: 错}\n", encoding="utf-8"
    )
    result = project.run("--junitxml", "junit.xml")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*simulated, its results say nothing of a real App*",
            "*✓ completed * open_home::sample_city?phone#1?*",
            "*scenarios/test/broken.yaml:3:1: titel: *did you mean 'title'?*",
            "*Zhangce scorecard: it*",
            "*1 passed, 1 error in *",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    [record] = project.records()
    assert record["id"] == "open_home::sample_city[phone#1]"
    [case] = ET.parse(project.path / "junit.xml").findall(".//testcase[properties]")
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert (properties["outcome"], properties["simulated"]) == ("completed", "true")
    assert float(properties["task_s"] or 0) > 1


def test_a_finding_fails_and_says_what_where_and_shows_the_picture(project: Project) -> None:
    project.task("find_moon", goal="{visible: {text: 月球基地}, within_s: 1}")
    result = project.run()
    result.assert_outcomes(failed=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*not_found: 打开首页 / Open the home page*",
            "*goal. 应看到 “月球基地” / Expect “月球基地”*",
            "*scenarios/test/find_moon.yaml:4*",
            "*expected: “月球基地”",
            "*seen: nothing of the kind",
            "*because: the App was in front and answered",
            "*picture: results/it/failures/find_moon.sample_city.phone.1.jpg",
            "*results: results/it",
        ]
    )
    assert (project.path / "results/it/failures/find_moon.sample_city.phone.1.jpg").exists()


def test_findings_can_be_reported_without_failing(project: Project) -> None:
    project.task("find_moon", goal="{visible: {text: 月球基地}, within_s: 1}")
    result = project.run("--findings", "report")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*✗ not_found*"])


def test_a_barrier_skips_with_its_reason(project: Project) -> None:
    steps = "\n".join(
        [
            TO_HOME,
            "  - tap: tab.account",
            "  - tap: account.login",
            "  - tap: login.register",
            '  - type: {into: register.mobile, text: "13800000000"}',
            "  - tap: register.get_code",
            "  - barrier: slider",
        ]
    )
    project.task("meet_slider", goal="register.mobile", steps=steps)
    result = project.run()
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        ["SKIPPED*test/meet_slider.yaml:19: blocked: a slider barrier, and nobody attends*"]
    )


def test_a_device_that_nobody_answers_on_is_an_error_and_the_run_goes_on(project: Project) -> None:
    project.task("open_home")
    result = project.run("--device", "nowhere", "--device", "phone")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*no session at http://127.0.0.1:9*", "*our trouble, not the App's*"]
    )


def test_a_task_that_an_app_cannot_be_asked_is_left_out_with_the_reason(project: Project) -> None:
    project.task("show_licence", goal="licence.code")
    result = project.run("--app", "suishenban")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*the profile suishenban does not name *licence.code*"])
    assert not (project.path / "results").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--device", "pixel"), "*--device pixel: no such device; there are: nowhere, phone*"),
        (("--app", "sampel_city"), "*--app sampel_city: no such app*sample_city*"),
    ],
)
def test_what_was_mistyped_is_told_before_anything_starts(
    project: Project, options: tuple[str, ...], message: str
) -> None:
    project.task("open_home")
    result = project.run(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    assert not (project.path / "results").exists()


def test_a_run_is_never_overwritten(project: Project) -> None:
    project.task("open_home")
    (project.path / "results" / "it").mkdir(parents=True)
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "never overwritten" in result.stderr.str() + result.stdout.str()


def test_collecting_alone_starts_nothing_and_names_the_items(project: Project) -> None:
    project.task("open_home")
    result = project.run("--collect-only", "-q", "--repeat", "2", "-m", "quick")
    result.stdout.fnmatch_lines(
        [
            "scenarios/test/open_home.yaml::sample_city?phone#1?",
            "scenarios/test/open_home.yaml::sample_city?phone#2?",
        ]
    )
    assert not (project.path / "results").exists()
