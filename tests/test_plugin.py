"""`pytest scenarios/` as a tester sees it: a project of its own, a phone in its own process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import xml.etree.ElementTree as ET

import pytest

from harness.store import read_run
from tests.tester import SCHEMA_LINE, TO_HOME, Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)


def test_tasks_run_and_end_in_a_scorecard_beside_a_broken_one(project: Project) -> None:
    project.task("open_home")
    (project.path / "scenarios" / "test" / "broken.yaml").write_text(
        SCHEMA_LINE + "id: broken\ntitel: {zh: 错}\ngoal: home.servicse\n", encoding="utf-8"
    )
    result = project.run("--junitxml", "junit.xml")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*simulated, its results say nothing of a real App*",
            "*✓ completed * open_home::sample_city?phone#1?*",
            "*scenarios/test/broken.yaml:3:1: titel: *did you mean 'title'?*",
            "*scenarios/test/broken.yaml:4:7: goal: *no App's profile names *'home.services'?",
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
            "*__ find_moon::sample_city?phone#1? __*",
            "*not_found: 打开首页 / Open the home page*",
            "*goal. 应看到 “月球基地” / Expect “月球基地”*",
            "*scenarios/test/find_moon.yaml:4*",
            "*expected: “月球基地”",
            "*seen: 没有这样的元素 / nothing of the kind",
            "*because: App 在前台，且有响应 / the App was in front and answered",
            "*picture: results/it/failures/find_moon.sample_city.phone.1.jpg",
            "*results: results/it",
        ]
    )
    assert (project.path / "results/it/failures/find_moon.sample_city.phone.1.jpg").exists()


def test_what_failed_can_be_run_again_alone(project: Project) -> None:
    project.task("find_moon", goal="{visible: {text: 月球基地}, within_s: 1}")
    project.task("open_home")
    project.run("-k", "moon")
    again = project.run("--lf", "--collect-only", "-q")
    again.stdout.fnmatch_lines(["scenarios/test/find_moon.yaml::sample_city?phone#1?"])
    again.stdout.no_fnmatch_line("scenarios/test/open_home.yaml::*")


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
        [
            "SKIPPED*test/meet_slider.yaml:19: blocked: 遇到滑块关卡，这台设备无人看管 / "
            "a slider barrier, and nobody attends*"
        ]
    )


def test_a_device_that_nobody_answers_on_is_an_error_and_the_run_goes_on(project: Project) -> None:
    project.task("open_home")
    result = project.run("--device", "nowhere", "--device", "phone")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*no session at http://127.0.0.1:9*", "*our trouble, not the App's*"]
    )
    tries = [one["try_number"] for one in project.records() if one["device"] == "nowhere"]
    assert tries == [1, 2]


def test_a_task_that_an_app_cannot_be_asked_is_left_out_with_the_reason(project: Project) -> None:
    project.task("show_licence", goal="licence.code")
    result = project.run("--app", "suishenban")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*the profile suishenban does not name *licence.code*"])
    assert not (project.path / "results").exists()


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_a_task_that_is_left_out_puts_no_letter_among_the_lines_of_others(
    project: Project, options: tuple[str, ...]
) -> None:
    project.task("open_home")
    project.task("open_page", steps="  - launch\n  - {tap: home.search, in: webview}")
    result = project.run(*options)
    result.assert_outcomes(passed=1, skipped=1)
    (told,) = (line for line in result.outlines if "open_home::" in line)
    assert told.startswith("✓ completed ")
    assert not [line for line in result.outlines if line.split(" ")[0] == "s"]


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


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "many"])
def test_a_task_is_attempted_at_least_once(project: Project, count: str) -> None:
    project.task("open_home")
    result = project.run("--repeat", count)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--repeat: a whole number from 1 on, not '{count}'*"])


def test_a_tag_that_no_task_has_starts_no_run(project: Project) -> None:
    project.task("open_home")
    project.pytester.makeini("[pytest]\naddopts = --strict-markers")
    result = project.run("-m", "smokey")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*Unknown marker*smokey*"])
    assert not (project.path / "results").exists()


def test_a_broken_profile_is_an_error_of_each_task_on_that_app(project: Project) -> None:
    project.task("open_home")
    with (project.path / "scenarios/apps/sample_city.yaml").open("a") as profile:
        profile.write("colour: red\n")
    task = "scenarios/test/open_home.yaml"
    result = project.pytester.runpytest_subprocess(task, timeout=100)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*scenarios/apps/sample_city.yaml:*: colour: *"])


def test_a_device_with_an_app_that_has_no_profile_is_told_before_anything_starts(
    project: Project,
) -> None:
    project.task("open_home")
    shutil.rmtree(project.path / "scenarios" / "apps")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*devices.yaml:3:*scenarios/apps/ has no sample_city.yaml*"])


def test_a_barrier_that_writes_into_nothing_is_told_of_its_profile(project: Project) -> None:
    project.task("open_home")
    profile = project.path / "scenarios/apps/sample_city.yaml"
    profile.write_text(profile.read_text().replace("into: ", "into: no.such."))
    result = project.run("--collect-only")
    result.stdout.fnmatch_lines(["*sample_city.yaml:*: barriers.*.into: *names no element*"])


def test_two_tasks_of_one_name_are_told_apart(project: Project) -> None:
    project.task("open_home")
    other = project.path / "scenarios" / "the_other"
    other.mkdir()
    shutil.copy(project.path / "scenarios/test/open_home.yaml", other)
    result = project.run("--collect-only")
    result.stdout.fnmatch_lines(
        ["*scenarios/the_other/open_home.yaml:2:*: id: *scenarios/test/open_home.yaml has the id*"]
    )
    result.assert_outcomes(errors=1)


def test_a_run_that_is_told_to_stop_ends_with_what_was_done(project: Project) -> None:
    project.task("open_home")
    process = project.start("--repeat", "99")
    process.terminate()
    scorecard, _ = process.communicate(timeout=30)
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "/99, " in scorecard
    assert "pytest scenarios/ --resume results/it" in scorecard
    assert project.records()


def test_a_phone_that_dies_costs_an_attempt_a_try_and_both_are_kept(project: Project) -> None:
    project.task("open_home")
    process = project.start("--repeat", "3")
    found = subprocess.run(
        ("pgrep", "-P", str(process.pid), "-f", "harness.phone"), capture_output=True, check=True
    )
    os.kill(int(found.stdout), signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == pytest.ExitCode.OK
    tries = [(one["verdict"]["outcome"], one["try_number"]) for one in project.records()]
    assert tries == [("completed", 1), ("harness_error", 1), ("completed", 2), ("completed", 1)]
    assert "made again in a new session" in output
    assert "1 attempt was made again after trouble of ours" in output
    run = read_run(project.path / "results" / "it")
    assert (len(run.attempts), len(run.superseded), run.problems) == (3, 1, ())
