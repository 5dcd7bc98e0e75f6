"""An App that has renamed an element: the run says so, and proposes the profile's change."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.tester import Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)


def test_a_renamed_element_is_no_finding_and_its_patch_mends_the_profile(project: Project) -> None:
    profile = project.path / "scenarios" / "apps" / "sample_city.yaml"
    sound = profile.read_text(encoding="utf-8")
    stale = re.sub(r"home\.search: \[.*\]", "home.search: [{id: search_home}]", sound)
    profile.write_text(stale, encoding="utf-8")
    project.task("search", goal="search.input", steps="  - run: first_start\n  - tap: home.search")
    before = project.run()
    before.assert_outcomes(errors=1)
    before.stdout.fnmatch_lines(["*outdated: *", "*home.search may be #home_search by now*"])
    command = re.search(r"git apply (\S+\.patch)", before.stdout.str())
    assert command is not None
    subprocess.run(("git", "apply", command[1]), cwd=project.path, check=True, timeout=30)
    after = project.run("--run-id", "mended")
    after.assert_outcomes(passed=1)
