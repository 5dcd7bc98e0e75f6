"""An App that does not offer a service says so itself; else nobody knows."""

from __future__ import annotations

import pytest

from harness.model import Outcome
from harness.store import read_run
from tests.tester import Project

TO_RESULTS = """\
  - run: first_start
  - tap: home.search
  - type: {{into: search.input, text: {typed}}}
  - tap: search.submit
  - wait_for: {{visible: search.results, within_s: 2}}"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)


def add(project: Project, name: str, *, typed: str, service: str) -> None:
    """A task that types something to find a service; without one it is about none."""
    project.task(name, "service.title", TO_RESULTS.format(typed=typed))
    path = project.path / "scenarios" / "test" / f"{name}.yaml"
    said = f"service: {service}\n" if service else ""
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")


def test_a_service_is_absent_only_by_the_apps_own_answer_to_its_name(project: Project) -> None:
    add(project, "of_no_service", typed="养犬登记", service="")
    add(project, "by_its_name", typed="养犬登记", service="养犬登记")
    add(project, "by_another_name", typed="养犬凳记", service="养犬登记")
    result = project.run()
    run = read_run(project.path / "results" / "it")
    assert {one.scenario: one.verdict.outcome for one in run.attempts} == {
        "of_no_service": Outcome.TIMED_OUT,
        "by_its_name": Outcome.ABSENT,
        "by_another_name": Outcome.TIMED_OUT,
    }
    (absent,) = [one for one in run.attempts if one.verdict.outcome is Outcome.ABSENT]
    assert "没有找到与“养犬登记”相关的内容" in absent.verdict.reasons[0].zh
    assert absent.symptoms is not None
    assert absent.symptoms.searched == "养犬登记"
    result.stdout.fnmatch_lines(["*✗ absent*"])
    assert result.ret == 1
