from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic_core import core_schema

from harness import model_errors, yaml_source
from harness.errors import UsageError
from harness.examples import EXAMPLES, PATTERNS, STEP_EXAMPLES
from harness.load import MAX_PROBLEMS, load_devices, load_profile, load_scenario
from harness.model import LOCATOR_TAGS, STEP_TAGS, AppProfile, Devices, Scenario, SharedSteps, Words
from harness.model_errors import LOCATORS, WORDING, example_of
from harness.problem import InvalidFile, Problem, name_field, suggest
from harness.spot import fields
from harness.variables import fill_model
from harness.yaml_source import as_plain, read_source, resolve
from tests.models import models_below
from tests.project import DATA, load_case

SCENARIO = DATA / "scenarios/social_security/find_contribution_query.yaml"

CANNOT_OCCUR = {
    "values that YAML does not have, or that the loader makes": """
        no_such_attribute json_invalid json_type needs_python_object recursion_loop
        frozen_field frozen_instance get_attribute_error iterable_type iteration_error
        is_instance_of is_subclass_of callable_type dataclass_type dataclass_exact_type
        missing_argument unexpected_keyword_argument missing_keyword_only_argument
        unexpected_positional_argument missing_positional_only_argument
        multiple_argument_values default_factory_not_called
        string_unicode string_not_ascii missing_sentinel_error invalid_key none_required
        mapping_type ellipsis_error recursion_depth_exceeded""",
    "types that no model here has": """
        enum multiple_of decimal_type decimal_parsing decimal_max_digits decimal_max_places
        decimal_whole_digits complex_type complex_str_parsing list_type set_type frozen_set_type
        set_item_not_hashable bytes_type bytes_too_short bytes_too_long bytes_invalid_encoding
        date_type date_parsing date_from_datetime_parsing date_from_datetime_inexact date_past
        date_future time_type time_parsing datetime_type datetime_parsing datetime_object_invalid
        datetime_from_date_parsing datetime_past datetime_future timezone_naive timezone_aware
        timezone_offset time_delta_type time_delta_parsing url_type url_parsing url_syntax_violation
        url_too_long url_scheme uuid_type uuid_parsing uuid_version arguments_type
        counter_type deque_type fraction_parsing fraction_type frozen_dict_type named_tuple_type
        ordered_dict_type finite_number""",
    "conversions that strict validation does not try": """
        int_parsing int_parsing_size int_from_float float_parsing bool_parsing""",
    "no validator of a model raises it": "assertion_error",
}


def error_types() -> set[str]:
    return set(get_args(core_schema.ErrorType))


def test_every_error_type_of_pydantic_is_worded_or_known_not_to_occur() -> None:
    excused = {name for names in CANNOT_OCCUR.values() for name in names.split()}
    assert error_types() <= excused | WORDING.keys()
    assert not excused & (WORDING.keys() - {"mapping_type"})
    assert WORDING.keys() <= error_types()


def case_text() -> str:
    """A real scenario that a test may load as its own."""
    return SCENARIO.read_text("utf-8").replace("id: find_contribution_query", "id: case")


def written_models() -> frozenset[type[BaseModel]]:
    kinds = (Scenario, SharedSteps, AppProfile, Devices)
    return frozenset(model for kind in kinds for model in models_below(kind))


def test_every_key_that_must_be_there_has_an_example() -> None:
    required = {
        info.alias or name
        for model in written_models()
        for name, info in model.model_fields.items()
        if info.is_required()
    }
    assert required - STEP_EXAMPLES.keys() - LOCATOR_KEYS <= EXAMPLES.keys()


def examples() -> Iterator[tuple[type[BaseModel], str]]:
    """Each model and each key of its own that must be there, but for those told in a sentence."""
    sentences = {"steps", "do", "elements"} | STEP_EXAMPLES.keys() | LOCATOR_KEYS
    for model in written_models():
        for name, info in model.model_fields.items():
            key = info.alias or name
            if info.is_required() and key not in sentences:
                yield model, key


def test_every_example_can_be_written_where_it_is_given() -> None:
    refused = []
    for model, key in examples():
        written = re.split(r" \(|, or ", example_of(model, key).en)[0]
        value = as_plain(read_source(written.encode()).root or pytest.fail(written))[key]
        try:
            TypeAdapter(fields(model)[key]).validate_python(value, strict=True)
        except ValueError:
            refused.append(f"{model.__name__}.{written}")
    assert not refused


def test_the_ways_to_find_an_element_are_told_in_full() -> None:
    assert set(LOCATORS) == LOCATOR_TAGS


LOCATOR_KEYS = {"description", "class", "xpath", "uiautomator", "css", "contains", "matches"}
"""They say which model it is: without them there is none that could miss them."""


def patterns_in(annotation: Any) -> Iterator[str]:
    for argument in get_args(annotation):
        yield from patterns_in(argument)
    if get_origin(annotation) is Annotated:
        for each in get_args(annotation)[1:]:
            for metadata in (each, *getattr(each, "metadata", ())):
                if getattr(metadata, "pattern", None):
                    yield metadata.pattern


def test_every_pattern_of_the_models_is_put_into_words() -> None:
    used = {
        pattern
        for model in written_models()
        for annotation in fields(model).values()
        for pattern in patterns_in(annotation)
    }
    assert used == PATTERNS.keys()


def test_every_kind_of_step_has_an_example_that_is_that_step(tmp_path: Path) -> None:
    assert tuple(STEP_EXAMPLES) == STEP_TAGS
    steps = "".join(f"  - {example}\n" for example in STEP_EXAMPLES.values())
    text = re.sub(r"(?s)steps:\n.*(?=checkpoints:)", f"steps:\n{steps}", case_text())
    document = load_case(text.encode(), tmp_path)
    assert [step.tag for step in document.value.steps] == list(STEP_EXAMPLES)


def test_a_document_tells_path_and_places() -> None:
    document = load_scenario(SCENARIO, root=DATA)
    assert document.path == "scenarios/social_security/find_contribution_query.yaml"
    assert document.value.id == "find_contribution_query"
    assert document.place("steps", 0) == (18, 5)
    assert document.place("steps", 3, "type", "into") == (21, 18)
    assert document.place("goal") == (6, 7)
    assert document.place("checkpoints") == (25, 1)
    assert document.place("steps", 2, "tap", "no", "such") == (20, 10)
    assert document.field("steps", 3, "type", "into") == "steps[4].type.into"


def test_values_are_what_they_look_like() -> None:
    profile = load_profile(DATA / "scenarios/apps/sample_city.yaml", root=DATA).value
    assert profile.verified.package == "2022-05-01"
    plain = {
        "": None, "~": None, "null": None, "true": True, "FALSE": False, "yes": "yes", "off": "off",
        "12": 12, "-3": -3, "+3": 3, "007": 7, "1.5": 1.5, ".5": 0.5, "1e3": 1000.0,
        "1_000": "1_000", "0x1F": "0x1F", "0o17": "0o17", "1:30": "1:30", ".inf": ".inf",
        "2022-05-01": "2022-05-01",
        ".nan": ".nan", "9" * 5000: "9" * 5000,
    }  # fmt: skip
    assert {text: resolve(text) for text in plain} == plain
    assert all(type(resolve(text)) is type(value) for text, value in plain.items())


def test_all_mistakes_of_a_file_come_at_once_and_in_order(tmp_path: Path) -> None:
    text = SCENARIO.read_text("utf-8").replace("critical", "critcal", 1)
    text = text.replace("- launch", "- lanch").replace("contribution_query\n", "query\n", 1)
    with pytest.raises(InvalidFile) as caught:
        load_case(text.encode(), tmp_path)
    assert [problem.line for problem in caught.value.problems] == [2, 10, 18]
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    assert isinstance(caught.value, UsageError)


def test_so_many_mistakes_are_told_and_the_rest_is_counted(tmp_path: Path) -> None:
    text = case_text().replace("  - launch\n", "  - lanch\n" * 150)
    with pytest.raises(InvalidFile) as caught:
        load_case(text.encode(), tmp_path)
    assert len(caught.value.problems) == MAX_PROBLEMS
    assert caught.value.problems[-1].message == Words(
        zh="从这里起还有 51 处错误；请先改上面的",
        en="and 51 more mistakes from here on; mend those above first",
    )


def test_a_file_that_is_not_there_is_a_problem_of_its_own() -> None:
    with pytest.raises(InvalidFile, match=re.escape(
        "scenarios/none.yaml:1:1: file: 文件读不了：没有这个文件；请检查文件名和权限 / "
        "the file cannot be read: no such file or directory"
    )):  # fmt: skip
        load_scenario(DATA / "scenarios/none.yaml", root=DATA)


def test_a_folder_is_not_a_file() -> None:
    with pytest.raises(InvalidFile, match="cannot be read: is a directory"):
        load_scenario(DATA, root=DATA)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    raw = SCENARIO.read_bytes() + b"#" * yaml_source.MAX_BYTES
    with pytest.raises(InvalidFile, match="larger than 256 KiB"):
        load_case(raw, tmp_path)


@pytest.mark.parametrize("change", [
    lambda raw: b"\xef\xbb\xbf" + raw,
    lambda raw: raw.replace(b"\n", b"\r\n"),
    lambda raw: raw.rstrip(b"\n"),
    lambda raw: raw + b"...\n",
], ids=["byte-order mark", "Windows line ends", "no last line end", "end marker"])  # fmt: skip
def test_what_editors_do_to_a_file_does_not_matter(change: Any, tmp_path: Path) -> None:
    path = tmp_path / SCENARIO.relative_to(DATA)
    path.parent.mkdir(parents=True)
    path.write_bytes(change(SCENARIO.read_bytes()))
    assert load_scenario(path, root=tmp_path).value == load_scenario(SCENARIO, root=DATA).value


def test_an_alias_stands_for_what_it_names(tmp_path: Path) -> None:
    text = case_text().replace(
        "{text: {contains: 暂不支持}}", "&refusal {text: {contains: 暂不支持}}"
    )
    text = text.replace("  - tap: home.search", "  - tap: *refusal")
    value = load_case(text.encode(), tmp_path).value
    assert value.steps[2].tap == value.refusal.visible


def test_files_read_alike_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    with_libyaml = load_scenario(SCENARIO, root=DATA)
    monkeypatch.setattr(yaml_source, "PARSER", yaml_source.PURE_PARSER)
    without = load_scenario(SCENARIO, root=DATA)
    assert (without.value, without.tree) == (with_libyaml.value, with_libyaml.tree)


def test_a_profile_without_the_line_for_editors_is_read() -> None:
    assert load_profile(DATA / "scenarios/apps/other_city.yaml", root=DATA).value.id == "other_city"


def test_devices_may_name_secrets() -> None:
    devices = load_devices(DATA / "devices.yaml", root=DATA).value
    assert "${secret:FARM_KEY}" in str(devices.devices["farm"])


def test_a_typical_scenario_loads_in_less_than_10_ms() -> None:
    load_scenario(SCENARIO, root=DATA)
    began = time.process_time()
    for _ in range(20):
        load_scenario(SCENARIO, root=DATA)
    assert (time.process_time() - began) / 20 < 0.010


HEAD = b"# yaml-language-server: $schema=../../docs/schema/scenario.schema.json\n"
ROOM = yaml_source.MAX_BYTES - 1000


@pytest.mark.parametrize("body", [
    b"[" * ROOM, b"{a: " * (ROOM // 4), b"? " * (ROOM // 2), b"- " * (ROOM // 2),
    b'"' + b"a\n" * (ROOM // 2), b"a: " + b"x\n " * (ROOM // 3), b"a:" * (ROOM // 2),
    b"steps:\n" + b"- tpa: home\n" * 4000, b"steps:\n" + b"- screenshto?\n" * 9000,
    b"steps:\n" + b"- a\n" * 9000 + b'"', b"".join(b"k%d: 1\n" % key for key in range(4000)),
    b"steps: [" + b"!x a," * 9000 + b"]", b"a: 1\n" * 4000, b"a: '" + b"${x}" * 60_000 + b"'",
    b"steps:\n- tap: {text: {matches: '" + b"(a)" * 80_000 + b"'}}",
    b"steps:\n- tap: {xpath: '" + b"//*" * 80_000 + b"'}",
    b"steps:\n- tap: {xpath: '" + b"(" * 1990 + b"'}",
], ids=lambda body: body[:12].decode().replace("\n", " ").strip())  # fmt: skip
def test_no_file_takes_longer_than_a_second(body: bytes, tmp_path: Path) -> None:
    taken = []
    for _ in range(3):
        began = time.process_time()
        with pytest.raises(InvalidFile):
            load_case(HEAD + body, tmp_path)
        taken.append(time.process_time() - began)
        if taken[-1] < 1:
            return
    pytest.fail(f"took {taken} s of processor time")


def test_fields_count_from_1_as_reports_do() -> None:
    assert name_field(("steps", 2, "type", "into")) == "steps[3].type.into"
    assert name_field(()) == "file"


def test_a_problem_says_path_line_column_field_and_message() -> None:
    message = Words(zh="没有“tpa”这种步骤", en="no step is called 'tpa'")
    problem = Problem("a/b.yaml", 3, 7, "steps[1]", message)
    assert str(problem) == "a/b.yaml:3:7: steps[1]: 没有“tpa”这种步骤 / no step is called 'tpa'"


def test_only_a_near_name_is_suggested() -> None:
    assert suggest("tpa", STEP_TAGS) == Words(zh="，是不是想写 tap？", en="; did you mean 'tap'?")
    assert suggest("zzz", STEP_TAGS) is None


def test_a_value_in_a_regular_expression_stands_for_itself(tmp_path: Path) -> None:
    text = (
        case_text()
        .replace('"社保.*查询"', '"${service}.*"')
        .replace("社保缴费查询\nsteps", "a.b\nsteps")
    )
    value = load_case(text.encode(), tmp_path).value
    assert fill_model(value.checkpoints[1], value.data).at.text.matches == r"a\.b.*"


def test_an_error_type_without_words_is_told_in_pydantics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(model_errors.WORDING, "literal_error")
    text = case_text().replace("severity: critical", "severity: x")
    with pytest.raises(InvalidFile, match="severity: 这里不对：Input should be 'critical'"):
        load_case(text.encode(), tmp_path)


def test_the_data_of_the_tests_is_a_project_of_its_own(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "copy")
    copied = tmp_path / "copy" / SCENARIO.relative_to(DATA)
    assert (
        load_scenario(copied, root=tmp_path / "copy").value
        == load_scenario(SCENARIO, root=DATA).value
    )
