"""A name of a profile that no task uses is told of, with the one that was meant."""

from __future__ import annotations

import pytest

from harness.project import read_project
from harness.unused import find_unused
from tests.tester import Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(pytester, monkeypatch)
    made.task("open_home")
    path = made.path / "scenarios" / "apps" / "sample_city.yaml"
    text = path.read_text(encoding="utf-8")
    # Another name on the same line: its task is left out, and nobody would know why.
    path.write_text(text.replace("  home.services:", "  home.servises:"), encoding="utf-8")
    return made


def test_the_name_that_was_meant_is_told_with_the_place(project: Project) -> None:
    (told,) = find_unused(read_project(project.path), ["sample_city"], misspelt_only=True)
    assert str(told).startswith("scenarios/apps/sample_city.yaml:")
    assert (
        "elements.home.servises: 没有任务用到“home.servises”，是不是想写 home.services？ / "
        in str(told)
    )
    assert "no task uses 'home.servises'" in str(told)
    assert "did you mean 'home.services'?" in str(told)


def test_names_that_are_like_nothing_are_told_only_where_all_is_asked_for(project: Project) -> None:
    read = read_project(project.path)
    every = {problem.field for problem in find_unused(read, ["sample_city"])}
    assert {"elements.home.servises", "elements.rating.word"} <= every
    assert "elements.tab.home" not in every  # verify-profile taps it
    assert "elements.sms.code" not in every  # a barrier's code goes there
    assert not find_unused(read, [])


def test_a_run_says_so_first(project: Project) -> None:
    result = project.run("--collect-only")
    result.stdout.fnmatch_lines(["注意 note: 没有任务用到 unused: *did you mean 'home.services'?"])
