"""`pytest scenarios/ --resume RUN`: what was finished stays, and only what is missing is made."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.clock import VirtualClock
from harness.load import load_scenario
from harness.model import AttemptRecord, Outcome, RunRecord
from harness.project import Asked, read_project, scenario_files
from harness.resume import check_unchanged, find_remainder, in_full
from harness.run import record_run
from harness.store import Run, read_resumptions, read_run
from scoring.verify import verify
from tests.scoring.records import attempt, run
from tests.tester import DEVICES, ROOT, SCHEMA_LINE, Project

POOL = """\
default: both
devices:
  one: {kind: simulated, apps: [sample_city], attended: false}
  two: {kind: simulated, apps: [sample_city], attended: false}
  both: {kind: pool, apps: [sample_city], phones: [one, two]}
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)


def resume(project: Project, *options: str) -> pytest.RunResult:
    command = ("scenarios/", "--resume", "it", *options)
    return project.pytester.runpytest_subprocess(*command, timeout=100)


def cut_short(project: Project, *options: str) -> dict[str, bytes]:
    """Kills a run of four attempts after its first; returns the lines that it has kept."""
    project.task("open_home")
    process = project.start("--repeat", "4", *options)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return lines_of(project)


def lines_of(project: Project) -> dict[str, bytes]:
    folder = project.path / "results" / "it" / "attempts"
    return {path.name: path.read_bytes() for path in folder.glob("*.jsonl")}


def kept(project: Project) -> Run:
    return read_run(project.path / "results" / "it")


# --- a run that was cut short ---------------------------------------------------------------------


def test_what_is_missing_is_made_and_what_was_finished_stays(project: Project) -> None:
    before = cut_short(project)
    project.task("not_of_the_plan")
    done = len(kept(project).attempts)
    assert 1 <= done < 4
    result = resume(project)
    result.assert_outcomes(passed=4 - done)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            f"*{done} of 4 attempts were finished before*",
            "*Zhangce scorecard: it*",
            "*Done  4/4",
        ]
    )
    assert all(lines_of(project)[name].startswith(lines) for name, lines in before.items())
    assert [one.id for one in kept(project).attempts] == [one.id for one in kept(project).run.plan]
    assert verify(project.path / "results" / "it").fine
    assert len(read_resumptions(project.path / "results" / "it")) == 1


def test_workers_make_what_is_missing_too(project: Project) -> None:
    (project.path / "devices.yaml").write_text(POOL)
    cut_short(project)
    done = len(kept(project).attempts)
    result = resume(project, "-n", "2")
    result.assert_outcomes(passed=4 - done)
    result.stdout.fnmatch_lines([f"*{done} of 4 attempts were finished before*"])
    assert len(kept(project).attempts) == 4
    assert kept(project).problems == ()


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "with workers"])
def test_a_complete_run_says_so_and_ends_as_it_did(
    project: Project, options: Sequence[str]
) -> None:
    project.task("open_home")
    project.task("find_moon", goal="{visible: {text: 月球基地}, within_s: 1}")
    assert project.run().ret == pytest.ExitCode.TESTS_FAILED
    before = lines_of(project)
    again = resume(project, *options)
    assert again.ret == pytest.ExitCode.TESTS_FAILED
    again.stdout.fnmatch_lines(
        ["*it*is complete: all its 2 attempts were finished before*", "*Zhangce scorecard: it*"]
    )
    assert resume(project, "--findings", "report", *options).ret == pytest.ExitCode.OK
    assert lines_of(project) == before


def test_a_selection_narrows_what_is_made(project: Project) -> None:
    cut_short(project)
    left = find_remainder(Path("it"), kept(project)).attempts
    node = f"scenarios/test/open_home.yaml::sample_city[phone#{left[0].repetition}]"
    result = project.pytester.runpytest_subprocess(node, "--resume", "it", timeout=100)
    result.assert_outcomes(passed=1)
    assert len(find_remainder(Path("it"), kept(project)).attempts) == len(left) - 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--device", "phone"), "*--device is taken from the run that --resume names*"),
        (("--app", "sample_city"), "*--app is taken from the run*"),
        (("--repeat", "2"), "*--repeat is taken from the run*"),
        (("--shard", "1/2"), "*--shard is taken from the run*"),
        (("--run-id", "other"), "*--run-id is taken from the run*"),
        (("--allow-commit",), "*it was begun without --allow-commit: leave it out*"),
        (("--resume", "itt"), "*itt: *neither a run directory nor the id*did you mean 'it'[?]*"),
    ],
)
def test_what_contradicts_the_run_is_told_before_anything_starts(
    project: Project, options: Sequence[str], message: str
) -> None:
    project.task("open_home")
    project.run("--findings", "report")
    result = resume(project, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_a_run_is_resumed_among_tasks_only(project: Project) -> None:
    project.pytester.makepyfile(test_plain="def test_a(): pass\n")
    result = project.pytester.runpytest_subprocess("test_plain.py", "--resume", "latest")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*pytest scenarios/ --resume RUN*"])


def test_a_run_that_another_process_is_making_cannot_be_resumed(project: Project) -> None:
    project.task("open_home")
    process = project.start("--repeat", "40")
    result = resume(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*is being written by another process*"])
    second = project.run()
    assert second.ret == pytest.ExitCode.USAGE_ERROR
    second.stderr.fnmatch_lines(["*exists already*choose another --run-id*"])
    beside = project.pytester.runpytest_subprocess("scenarios/", "--run-id", "beside", timeout=100)
    beside.assert_outcomes(passed=1)
    process.terminate()
    process.communicate(timeout=60)
    assert kept(project).problems == ()


# --- what has changed since -----------------------------------------------------------------------


@pytest.fixture
def planned(project: Project) -> RunRecord:
    """Two attempts of a task on a project's phone, none of them made."""
    project.task("open_home")
    return plan_of(project.path, repetitions=2)


def plan_of(root: Path, repetitions: int = 1) -> RunRecord:
    found = read_project(root)
    documents = [load_scenario(path, root=root) for path in scenario_files(root)]
    asked = Asked(repetitions=repetitions).plan(found, documents)
    scenarios = [document.value for document in documents]
    request = record_run(found, asked.attempts, scenarios, VirtualClock(), run_id="it")
    return RunRecord.model_validate_json(request.model_dump_json(by_alias=True))


def held_against(root: Path, request: RunRecord, *made: AttemptRecord) -> str:
    """What is said of resuming; nothing when it can be."""
    try:
        check_unchanged(find_remainder(Path("it"), Run(request, made)), read_project(root))
    except Exception as exc:
        return str(exc)
    return ""


def test_a_plan_holds_against_the_files_that_it_was_made_from(tmp_path: Path) -> None:
    assert held_against(ROOT, plan_of(ROOT)) == ""


def test_lines_that_have_only_moved_are_no_change(project: Project, planned: RunRecord) -> None:
    task = project.path / "scenarios/test/open_home.yaml"
    task.write_text(task.read_text().replace("steps:", "# by hand\nsteps:"))
    assert held_against(project.path, planned) == ""


def test_what_is_typed_is_the_files_own_not_what_the_run_keeps_starred() -> None:
    project = read_project(ROOT)
    path = ROOT / "scenarios" / "residence" / "apply_for_residence_permit.yaml"
    task = load_scenario(path, root=ROOT)
    asked = Asked(apps=("sample_city",))
    true = next(one for one in asked.plan(project, [task]).attempts)
    starred = record_run(project, [true], [task.value], VirtualClock()).plan[0]
    assert "13800000000" not in starred.model_dump_json()
    assert "13800000000" in true.model_dump_json()
    assert in_full(starred, task, project.shared) == true


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


CHANGES = {
    "a task": ("scenarios/test/open_home.yaml", "time_limit_s: 60", "time_limit_s: 61", "changed"),
    "shared steps": (
        "scenarios/shared/first_start.yaml", "steps:", "steps:\n  - back", "shared steps that have",
    ),
    "a profile": ("scenarios/apps/sample_city.yaml", "level: ", "level:  ", ""),
    "a profile's city": ("scenarios/apps/sample_city.yaml", "city: ", "city: 新", "changed"),
    "a device": ("devices.yaml", "attended: false", "attended: true", "phone: 变了 / has changed"),
    "a device's name": ("devices.yaml", "phone", "handset", "phone: 没有了 / is gone"),
    "a task that is broken": ("scenarios/test/open_home.yaml", "goal:", "gaol:", "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_has_changed_since_is_named_with_the_attempts(
    project: Project, planned: RunRecord, change: tuple[str, str, str, str]
) -> None:
    file, before, after, told = change
    edit(project.path / file, before, after)
    said = held_against(project.path, planned)
    if not told:
        assert said == ""
        return
    assert told in said
    assert "open_home::sample_city[phone#1], open_home::sample_city[phone#2]" in said
    assert "or make a new run" in said


def test_what_is_gone_is_named(project: Project, planned: RunRecord) -> None:
    (project.path / "scenarios/test/open_home.yaml").unlink()
    said = held_against(project.path, planned)
    assert (
        "scenarios/test/open_home.yaml: 没有了 / is gone: open_home::sample_city[phone#1], " in said
    )


def test_a_change_of_what_was_finished_does_not_matter(
    project: Project, planned: RunRecord
) -> None:
    made = [attempt(scenario="open_home", repetition=number, device="phone") for number in (1, 2)]
    (project.path / "scenarios/test/open_home.yaml").unlink()
    assert held_against(project.path, planned, *made) == ""


def test_a_run_whose_task_has_changed_is_refused_before_a_phone_starts(project: Project) -> None:
    cut_short(project)
    edit(project.path / "scenarios/test/open_home.yaml", "patience_s: 3", "patience_s: 4")
    before = lines_of(project)
    result = resume(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*/open_home.yaml: 变了 / has changed: open_home::*"])
    assert lines_of(project) == before


def test_a_broken_file_that_is_not_of_the_plan_does_not_matter(project: Project) -> None:
    cut_short(project)
    (project.path / "scenarios/test/broken.yaml").write_text(SCHEMA_LINE + "id: broken\n")
    assert resume(project).ret == pytest.ExitCode.OK


# --- trouble of ours ------------------------------------------------------------------------------


def test_an_attempt_that_ended_in_trouble_of_ours_is_made_again(project: Project) -> None:
    project.task("open_home")
    nowhere = DEVICES.replace("default: phone", "default: nowhere")
    (project.path / "devices.yaml").write_text(nowhere)
    assert project.run().ret == pytest.ExitCode.TESTS_FAILED
    assert resume(project).ret == pytest.ExitCode.TESTS_FAILED
    run = kept(project)
    assert [one.try_number for one in run.superseded] == [1, 2, 3]
    (last,) = run.attempts
    assert (last.try_number, last.verdict.outcome) == (4, Outcome.HARNESS_ERROR)


def test_what_was_committed_is_not_done_twice() -> None:
    trouble = attempt(Outcome.HARNESS_ERROR, committed=True)
    assert not trouble.is_made_again_at_once
    assert find_remainder(Path("it"), run(trouble)).attempts == ()


def test_what_was_found_against_the_app_is_never_made_again() -> None:
    for outcome in Outcome:
        made = attempt(outcome)
        assert made.is_made_again_at_once == (outcome is Outcome.HARNESS_ERROR)
