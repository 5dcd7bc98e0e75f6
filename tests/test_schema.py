from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from harness import __main__ as command_line
from harness.examples import STEP_EXAMPLES
from harness.model import STEP_TAGS, Words
from harness.problem import InvalidFile, Problem
from harness.schema import FOLDER, MODELS, find_stale, write_all, write_schema
from harness.yaml_source import as_plain, read_source
from tests.fuzz_loader import SEEDS, load
from tests.project import DATA

ROOT = Path(__file__).parent.parent
VALIDATORS = {
    kind: jsonschema.Draft7Validator(json.loads(write_schema(model)))
    for kind, model in MODELS.items()
}


def plain(raw: bytes) -> Any:
    """What an editor makes of a file: lists, not tuples."""
    root = read_source(raw).root
    assert root is not None
    return json.loads(json.dumps(as_plain(root)))


def is_valid(kind: str, value: Any) -> bool:
    return VALIDATORS[kind].is_valid(value)


def test_the_published_schemas_are_what_the_models_say() -> None:
    assert find_stale(ROOT) == (), "run: python -m harness schema"


@pytest.mark.parametrize("kind", MODELS)
def test_a_schema_is_draft_07_and_stable(kind: str) -> None:
    text = write_schema(MODELS[kind])
    jsonschema.Draft7Validator.check_schema(json.loads(text))
    assert text == write_schema(MODELS[kind])
    assert "$defs" not in text
    assert '"null"' not in text


@pytest.mark.parametrize("kind", MODELS)
def test_nothing_stands_beside_a_reference(kind: str) -> None:
    def check(node: Any) -> None:
        if isinstance(node, dict):
            assert "$ref" not in node or len(node) == 1
        for child in node.values() if isinstance(node, dict) else node:
            if isinstance(child, dict | list):
                check(child)

    check(json.loads(write_schema(MODELS[kind])))


def test_every_step_is_in_the_schema_with_a_description() -> None:
    definitions = json.loads(write_schema(MODELS["scenario"]))["definitions"]
    described = {
        definition.get("const") or definition["required"][0]: definition["description"]
        for name, definition in definitions.items()
        if name.lower() in {tag.replace("_", "") for tag in STEP_TAGS} | {"passbarrier"}
    }
    assert described.keys() == set(STEP_TAGS)
    assert all(described.values())


@pytest.mark.parametrize(("kind", "raw"), SEEDS)
def test_what_the_loader_accepts_is_valid(kind: str, raw: bytes) -> None:
    VALIDATORS[kind].validate(plain(raw))


@pytest.mark.parametrize("example", STEP_EXAMPLES.values())
def test_every_example_of_a_step_is_valid(example: str) -> None:
    value = plain(next(raw for kind, raw in SEEDS if kind == "scenario"))
    value["steps"] = plain(f"- {example}\n".encode())
    VALIDATORS["scenario"].validate(value)


def mappings_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value)
    below = [
        found
        for key, child in children
        if isinstance(child, dict | list)
        for found in mappings_in(child, (*path, key))
    ]
    return [path, *below] if isinstance(value, dict) else below


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_wrong_key_is_refused_by_both(data: st.DataObject, tmp_path_factory: Any) -> None:
    kind, raw = data.draw(st.sampled_from(SEEDS))
    value = plain(raw)
    path = data.draw(st.sampled_from(mappings_in(value)))
    inner = value
    for piece in path:
        inner = inner[piece]
    key = data.draw(st.from_regex(r"[A-Z][A-Za-z]{0,8}", fullmatch=True))
    # The names of capabilities are another program's, and free.
    assume("capabilities" not in path)
    inner[key] = data.draw(st.sampled_from(["x", 1, True, [], {}]))
    assert not is_valid(kind, value)
    assert load_json(kind, value, tmp_path_factory.mktemp("project"))


def load_json(kind: str, value: Any, root: Path) -> tuple[Problem, ...]:
    """The problems of a value as JSON, which is YAML; that of the first line left out."""
    problems = load(kind, json.dumps(value, ensure_ascii=False).encode(), root)
    return tuple(problem for problem in problems if problem.field != "file")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_what_the_loader_accepts_after_a_change_is_valid(
    data: st.DataObject, tmp_path_factory: Any
) -> None:
    kind, raw = data.draw(st.sampled_from(SEEDS))
    value = plain(raw)
    inner = value
    for piece in data.draw(st.sampled_from(mappings_in(value))):
        inner = inner[piece]
    assume(inner)  # there is something to change
    key = data.draw(st.sampled_from(sorted(inner)))
    inner[key] = data.draw(CHANGES)
    if not load_json(kind, value, tmp_path_factory.mktemp("project")):
        VALIDATORS[kind].validate(value)


CHANGES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 200),
    st.floats(-1, 2, allow_nan=False),
    st.sampled_from(["", "x", "home.search", "up", "社保", "never", "a" * 3000]),
    st.sampled_from([[], ["x"], {}, {"text": "x"}, {"id": "x"}, {"contains": "x"}]),
)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(command_line, "PROJECT", tmp_path)
    return tmp_path


def test_the_command_writes_what_is_missing_and_then_nothing(elsewhere: Path) -> None:
    first = CliRunner().invoke(command_line.app, ["schema"])
    assert (first.exit_code, first.output.count("wrote docs/schema/")) == (0, 4)
    second = CliRunner().invoke(command_line.app, ["schema"])
    assert (second.exit_code, "wrote" in second.output) == (0, False)
    assert find_stale(elsewhere) == ()


def test_the_command_says_which_schemas_are_stale_and_writes_none(elsewhere: Path) -> None:
    write_all(elsewhere)
    stale = elsewhere / FOLDER / "devices.schema.json"
    stale.write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(command_line.app, ["schema", "--check"])
    assert done.exit_code == 1
    assert "stale docs/schema/devices.schema.json" in done.output
    assert stale.read_text(encoding="utf-8") == "{}"


def test_a_mistake_of_the_user_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise InvalidFile([Problem("a.yaml", 1, 2, "id", Words(zh="不行", en="no"))])

    monkeypatch.setattr(command_line, "write_all", refuse)
    monkeypatch.setattr("sys.argv", ["harness", "schema"])
    with pytest.raises(SystemExit) as caught:
        command_line.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == "a.yaml:1:2: id: 不行 / no\n"


def test_the_line_for_editors_leads_to_the_schema(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "project")
    write_all(tmp_path / "project")
    path = tmp_path / "project/scenarios/social_security/apply_for_card.yaml"
    line = path.read_text(encoding="utf-8").split("\n")[0]
    relative = line.partition("$schema=")[2]
    assert json.loads((path.parent / relative).read_text(encoding="utf-8"))["properties"]["goal"]
