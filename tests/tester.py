"""A tester's project: tasks of a test's own, with the App and the shared steps of this checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.delenv("COLUMNS", raising=False)
        monkeypatch.delenv("CI", raising=False)  # with it pytest's summary is not cut off
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

    def records(self) -> list[dict[str, Any]]:
        """What the run has kept."""
        lines = [
            line
            for path in (self.path / "results" / "it" / "attempts").glob("*.jsonl")
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        return [json.loads(line) for line in lines]

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Starts a run, and returns when its first attempt has been completed."""
        command = (sys.executable, "-m", "pytest", "scenarios/", "--run-id", "it", *options)
        process = subprocess.Popen(
            command, cwd=self.path, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stdout is not None
        while "completed" not in process.stdout.readline():
            assert process.poll() is None
        return process
