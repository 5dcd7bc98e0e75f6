from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from harness.load import Document, load_shared
from harness.model import (
    ByClass,
    ByCss,
    Condition,
    Expect,
    PlannedStep,
    Scenario,
    SharedSteps,
    Target,
    Type,
)
from harness.plan import LeftOut, expand, find_missing, plan
from harness.references import TARGET_FIELDS, check, check_files
from harness.spot import fields
from tests.models import models_below
from tests.project import Project, load_case, load_project

HEAD = "# yaml-language-server: $schema=../../docs/schema/scenario.schema.json\n"
TASK = (
    HEAD
    + """\
id: case
title: {zh: 任务}
goal: home.search
life_event: test
kind: information
severity: minor
time_limit_s: 60
reference: {time_s: 5, screens: 1}
data: {word: 社保}
steps:
"""
)


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project()


def scenario(root: Path, *steps: str, goal: str = "home.search") -> Document[Scenario]:
    lines = "".join(f"  - {step}\n" for step in steps)
    return load_case(
        TASK.replace("goal: home.search", f"goal: {goal}").encode() + lines.encode(), root
    )


def shared(root: Path, name: str, *steps: str, parameters: str = "") -> Document[SharedSteps]:
    text = f"id: {name}\ntitle: {{zh: 步骤}}\nparameters: [{parameters}]\nsteps:\n"
    path = root / "scenarios/shared" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "".join(f"  - {step}\n" for step in steps), encoding="utf-8")
    return load_shared(path, root=root)


def flat(steps: Iterable[PlannedStep]) -> Iterator[PlannedStep]:
    for step in steps:
        yield step
        yield from flat(step.steps)


def paths(steps: Iterable[PlannedStep]) -> list[str]:
    return [step.path for step in flat(steps)]


# --- the order ------------------------------------------------------------------------------------


def test_apps_take_turns_within_a_round_and_rounds_follow_each_other(project: Project) -> None:
    query = project.scenario("find_contribution_query")
    planned = plan(
        [query], project.profiles, project.by_id, {"phone": ("sample_city", "other_city")}, 3
    )
    assert [(each.repetition, each.app) for each in planned.attempts] == [
        (1, "sample_city"), (1, "other_city"),
        (2, "other_city"), (2, "sample_city"),
        (3, "sample_city"), (3, "other_city"),
    ]  # fmt: skip


def test_devices_follow_each_other_and_scenarios_are_sorted_by_file(project: Project) -> None:
    backwards = tuple(reversed(project.scenarios))
    devices = {"b": ("sample_city",), "a": ("sample_city",)}
    planned = plan(backwards, project.profiles, project.by_id, devices)
    assert [each.id for each in planned.attempts] == [
        "apply_for_card::sample_city[b#1]",
        "find_contribution_query::sample_city[b#1]",
        "apply_for_card::sample_city[a#1]",
        "find_contribution_query::sample_city[a#1]",
    ]
    assert planned == plan(project.scenarios, project.profiles, project.by_id, devices)


def test_every_attempt_has_an_id_of_its_own(project: Project) -> None:
    devices = {"a": ("sample_city", "other_city"), "b": ("other_city",)}
    attempts = plan(project.scenarios, project.profiles, project.by_id, devices, 4).attempts
    assert len({attempt.id for attempt in attempts}) == len(attempts) == 4 * (2 + 1 + 1)


def test_no_apps_make_an_empty_plan(project: Project) -> None:
    assert plan(project.scenarios, project.profiles, project.by_id, {"phone": ()}).attempts == ()


# --- what is left out -----------------------------------------------------------------------------


def test_a_scenario_is_left_out_where_the_profile_does_not_name_its_elements(
    project: Project,
) -> None:
    devices = {"phone": ("other_city",)}
    planned = plan(project.scenarios, project.profiles, project.by_id, devices)
    assert [attempt.scenario for attempt in planned.attempts] == ["find_contribution_query"]
    assert planned.left_out == (
        LeftOut(
            scenario="apply_for_card",
            app="other_city",
            reason="the profile other_city does not name form.loading, form.name, form.receipt, "
            "form.submit, form.summary, home.me, me.name, services.card",
        ),
    )


@pytest.mark.parametrize(("step", "missing"), [
    ("tap: advert.close", ("advert.close",)),
    ("when: {visible: advert.close, do: [{tap: advert.close}, {tap: home.me}]}", ()),
    ("when: {visible: home.search, do: [{tap: home.me}]}", ("home.me",)),
    ("when: {visible: {text: 广告}, do: [{tap: home.me}]}", ("home.me",)),
    ("scroll_to: {to: home.me, direction: up}", ("home.me",)),
    ("swipe: {direction: up, on: home.me}", ("home.me",)),
    ("expect_gone: form.loading", ("form.loading",)),
    ("tap: {text: 我的}", ()),
    ('run: {scenario: log_in, with: {phone: "1"}}', ("home.me", "me.name")),
])  # fmt: skip
def test_what_an_app_must_name(
    step: str, missing: tuple[str, ...], project: Project, tmp_path: Path
) -> None:
    document = scenario(tmp_path, "launch", step)
    assert find_missing(document, project.profile("other_city"), project.by_id) == missing


# --- steps ----------------------------------------------------------------------------------------


def test_steps_are_expanded_with_file_line_and_path(project: Project) -> None:
    steps = expand(project.scenario("apply_for_card"), project.by_id)
    log_in = steps[1]
    assert (log_in.path, log_in.file, log_in.line) == (
        "2", "scenarios/social_security/apply_for_card.yaml", 13,
    )  # fmt: skip
    assert paths(log_in.steps) == ["2.1", "2.2", "2.2.1", "2.2.2", "2.2.3", "2.2.4", "2.2.5", "2.3"]
    typed = log_in.steps[1].steps[1]
    assert (typed.file, typed.line) == ("scenarios/shared/log_in.yaml", 11)
    assert isinstance(typed.step, Type)
    assert typed.step.type.text == "13800000000"


def test_a_secret_stays_a_placeholder(project: Project) -> None:
    steps = expand(project.scenario("apply_for_card"), project.by_id)
    texts = [step.step.type.text for step in flat(steps) if isinstance(step.step, Type)]
    assert texts == ["13800000000", "${secret:ZHANGCE_PASSWORD}", "张三"]


def test_the_goal_is_the_last_step_without_a_commit_point(project: Project) -> None:
    steps = expand(project.scenario("find_contribution_query"), project.by_id)
    goal = steps[-1]
    assert (goal.path, goal.line) == ("goal", 6)
    assert goal.step == Expect(expect=Condition(visible="service.title", text="社保缴费查询"))
    assert paths(steps).count("goal") == 1


def test_the_goal_stands_before_the_first_commit_point(project: Project, tmp_path: Path) -> None:
    document = scenario(tmp_path, "launch", "commit: form.submit", "back", "commit: form.submit")
    assert paths(expand(document, project.by_id)) == ["1", "goal", "2", "3", "4"]


def test_the_goal_stands_before_a_commit_point_in_shared_steps(tmp_path: Path) -> None:
    send = shared(tmp_path, "send", "tap: form.name", "commit: form.submit")
    document = scenario(tmp_path, "launch", "run: send", "back")
    steps = expand(document, {"send": send})
    assert paths(steps) == ["1", "2", "2.1", "goal", "2.2", "3"]


def test_the_goal_stands_before_a_when_with_a_commit_point(
    project: Project, tmp_path: Path
) -> None:
    when = "when: {visible: form.name, do: [back, {commit: form.submit}]}"
    document = scenario(tmp_path, "launch", when, "back")
    assert paths(expand(document, project.by_id)) == ["1", "goal", "2", "2.1", "2.2", "3"]


def test_arguments_are_filled_through_several_runs(tmp_path: Path) -> None:
    inner = shared(tmp_path, "inner", 'type: {into: a.b, text: "<${y}>"}', parameters="y")
    outer = shared(tmp_path, "outer", 'run: {scenario: inner, with: {y: "${x}!"}}', parameters="x")
    document = scenario(tmp_path, 'run: {scenario: outer, with: {x: "${word}"}}')
    steps = expand(document, {"inner": inner, "outer": outer})
    typed = steps[0].steps[0].steps[0]
    assert typed.path == "1.1.1"
    assert isinstance(typed.step, Type)
    assert typed.step.type.text == "<社保!>"


def test_what_is_filled_in_is_not_filled_again(tmp_path: Path) -> None:
    echo = shared(tmp_path, "echo", 'type: {into: a.b, text: "${x}"}', parameters="x")
    document = scenario(tmp_path, 'run: {scenario: echo, with: {x: "${secret:X}"}}')
    steps = expand(document, {"echo": echo})
    assert isinstance(steps[0].steps[0].step, Type)
    assert steps[0].steps[0].step.type.text == "${secret:X}"


# --- what is wrong between files ------------------------------------------------------------------


def test_nothing_is_wrong_with_the_data_of_the_tests(project: Project) -> None:
    assert check_files(project.scenarios, project.profiles, project.shared) == ()


def test_a_circle_of_shared_steps_is_found_where_it_closes(
    project: Project, tmp_path: Path
) -> None:
    files = {name: shared(tmp_path, name, f"run: {other}") for name, other in ("ab", "bc", "ca")}
    found = check(scenario(tmp_path, "run: a"), project.profiles, files)
    assert [str(problem) for problem in found] == [
        "scenarios/shared/c.yaml:5:10: steps[1].run: "
        "这些共用步骤循环调用：a -> b -> c -> a；请断开 / "
        "these run each other in a circle: a -> b -> c -> a; break it"
    ]


def test_running_the_same_steps_twice_is_no_circle(project: Project, tmp_path: Path) -> None:
    files = {"a": shared(tmp_path, "a", "tap: home.search")}
    document = scenario(tmp_path, "run: a", "run: a")
    assert check(document, project.profiles, files) == ()


def test_two_files_with_one_id_are_told_at_the_second(project: Project, tmp_path: Path) -> None:
    first = scenario(tmp_path, "launch")
    second = Document(first.value, "scenarios/z/case.yaml", first.tree)
    assert [str(problem) for problem in check_files([second, first], project.profiles, [])] == [
        "scenarios/z/case.yaml:2:5: id: scenarios/social_security/case.yaml 的 id 也是 case；"
        "请给其中一个文件改名，并改它的 id / "
        "scenarios/social_security/case.yaml has the id 'case' too; "
        "rename one of the files and its id"
    ]


def test_what_no_key_types_is_told_where_it_is_filled_in(project: Project, tmp_path: Path) -> None:
    keys = 'type: {into: search.input, text: "${who}", how: keys}'
    files = {
        "type_it": shared(tmp_path, "type_it", keys, parameters="who"),
        "pass_on": shared(
            tmp_path, "pass_on", 'run: {scenario: type_it, with: {who: "${one}"}}', parameters="one"
        ),
    }
    document = scenario(
        tmp_path,
        'type: {into: search.input, text: "${word}", how: keys}',
        'run: {scenario: pass_on, with: {one: "${word}"}}',
        'run: {scenario: type_it, with: {who: "A1"}}',
    )
    zh = "按键只能打出英文字母、数字和 ASCII 符号；其他文字请写 how: paste；这段文字由"
    en = "keys are of letters, digits and signs of ASCII; write how: paste for other texts; this text is filled in"  # noqa: E501  as it is told
    assert [str(problem) for problem in check(document, project.profiles, files)] == [
        f"scenarios/shared/type_it.yaml:5:53: steps[1].type.how: {zh} "
        f"scenarios/shared/pass_on.yaml:5 填入 / {en} by scenarios/shared/pass_on.yaml:5",
        f"scenarios/social_security/case.yaml:12:54: steps[1].type.how: {zh}任务的 data: 填入 / "
        f"{en} from data:",
    ]


def test_a_secret_of_the_data_that_would_be_pasted_is_told_before_the_run(
    project: Project, tmp_path: Path
) -> None:
    text = TASK.replace("word: 社保", 'word: "${secret:PIN}"')
    typed = '  - type: {into: search.input, text: "${word}", how: paste}\n'
    document = load_case((text + typed).encode(), tmp_path)
    [problem] = check(document, project.profiles, {})
    assert problem.field == "steps[1].type.how"
    assert "a secret is not pasted" in problem.message.en


def test_shared_steps_that_nothing_runs_are_checked_too(project: Project, tmp_path: Path) -> None:
    unused = shared(tmp_path, "unused", "tap: no.such")
    found = check_files([], project.profiles, [unused])
    assert [problem.field for problem in found] == ["steps[1].tap"]


def test_the_fields_that_hold_targets_are_known() -> None:
    found = {
        key
        for model in models_below(Scenario)
        for key, annotation in fields(model).items()
        if annotation in (Target, Target | None)
    }
    assert found == TARGET_FIELDS


# --- web pages ------------------------------------------------------------------------------------

WEB_STEPS = (
    "{tap: home.search, in: webview}",
    "{type: {into: home.search, text: a}, in: webview}",
    "wait_for: {visible: home.search, in: webview}",
    "{expect_gone: home.search, in: webview}",
    "expect_gone: {gone: home.search, in: webview}",
    "when: {visible: home.search, in: webview, do: [back]}",
    "when: {visible: home.search, do: [{tap: home.search, in: webview}]}",
)


@pytest.mark.parametrize("step", WEB_STEPS)
def test_a_task_on_a_web_page_is_left_out_on_a_phone_that_shows_none(
    project: Project, tmp_path: Path, step: str
) -> None:
    task = scenario(tmp_path, step)
    devices = {"phone": ("sample_city",), "emulator": ("sample_city",)}
    planned = plan([task], project.profiles, project.by_id, devices, without_web=("phone",))
    assert [attempt.device for attempt in planned.attempts] == ["emulator"]
    [left_out] = planned.left_out
    assert (left_out.scenario, left_out.app) == ("case", "sample_city")
    assert "phone shows no web pages" in left_out.reason


def test_a_goal_on_a_web_page_makes_it_such_a_task_and_other_tasks_are_not(
    project: Project, tmp_path: Path
) -> None:
    devices = {"phone": ("sample_city",)}
    for goal, attempts in (("{visible: home.search, in: webview}", 0), ("home.search", 1)):
        task = scenario(tmp_path, "tap: home.search", goal=goal)
        planned = plan([task], project.profiles, project.by_id, devices, without_web=("phone",))
        assert len(planned.attempts) == attempts


def test_an_element_that_cannot_be_found_where_it_is_looked_for_is_not_named_there(
    project: Project, tmp_path: Path
) -> None:
    [profile] = [each for each in project.profiles if each.value.id == "sample_city"]
    elements = {
        **profile.value.elements,
        "home.search": (ByCss(css="#search"),),
        "search.input": (ByClass.model_validate({"class": "android.widget.EditText"}),),
    }
    web_only = profile.value.model_copy(update={"elements": elements})
    steps = ("tap: home.search", "{type: {into: search.input, text: a}, in: webview}")
    task = scenario(tmp_path, *steps, goal="{visible: home.search, in: webview}")
    assert find_missing(task, web_only, project.by_id) == (
        "home.search on its own screens",
        "search.input in its web pages",
    )
