"""The inspection behind its page, on the simulated phone in virtual time: what it does, refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from harness.appium_driver import open_session
from harness.clock import VirtualClock
from harness.door import Door
from harness.driver import Driver
from harness.errors import SessionLost, UsageError
from harness.inspect import held_phone
from harness.inspect.bench import Bench
from harness.inspect.files import create_profile, save_task
from harness.inspect.held_phone import Held
from harness.inspect.server import application
from harness.load import load_scenario
from harness.model import phones_of
from harness.phone.apps import load
from harness.phone.device import Phone
from harness.phone.server import serving
from harness.profile_file import ProfileFile
from harness.project import read_project
from tests.editions import METRICS
from tests.inspector import EMPTY, ROOT, project

TOKEN, HOST = "t0ken-of-the-test", "127.0.0.1:8123"
PACKAGE = "com.example.samplecity"
PROFILE = (ROOT / "scenarios" / "apps" / "sample_city.yaml").read_text(encoding="utf-8")


@dataclass
class Session:
    """The open session of the one phone, until it is said to be lost; it may keep one waiting."""

    open: Driver
    lost: bool = False
    asked: Event = field(default_factory=Event)
    answers: Event = field(default_factory=Event)
    discarded: list[str] = field(default_factory=list)

    def driver(self, name: str) -> Driver:
        if self.lost:
            raise SessionLost(f"{name} has gone")
        self.asked.set()
        assert self.answers.wait(30)
        return self.open

    def discard(self, name: str) -> None:
        self.discarded.append(name)

    def diagnose(self, name: str) -> str:
        return ""


@dataclass
class Served:
    """A bench behind its server, and what a test looks at beside it."""

    root: Path
    client: TestClient
    clock: VirtualClock
    session: Session

    @property
    def profile(self) -> Path:
        return self.root / "scenarios" / "apps" / "sample_city.yaml"

    def get(self, what: str) -> Any:
        answer = self.client.get(f"/api/{what}")
        assert answer.is_success, answer.text
        return answer.json()

    def ask(self, what: str, **said: Any) -> Any:
        headers = {"origin": f"http://{HOST}", "content-type": "application/json"}
        return self.client.post(f"/api/do/{what}", content=json.dumps(said), headers=headers)

    def do(self, what: str, **said: Any) -> Any:
        answer = self.ask(what, **said)
        assert answer.is_success, answer.text
        self.clock.sleep(2)
        return answer.json()["result"]

    def see(self, **what: str) -> tuple[int, int]:
        """The number of the screen and the place of the first element that is like this."""
        told = self.get("screen")
        like = (n for n in told["nodes"] if all(n[k] == v for k, v in what.items()))
        return told["number"], next(like)["index"]

    def touch(self, text: str | None = None, **what: str) -> None:
        number, index = self.see(**what)
        self.do("touch", number=number, index=index, **({} if text is None else {"text": text}))


def serve(root: Path, session: Session, clock: VirtualClock) -> Served:
    file = ProfileFile.read(root, "sample_city")
    project = read_project(root)
    held = Held("phone", "phone", phones_of(project.devices.devices, "phone")["phone"])
    bench = Bench(project, file, held, session, clock)
    door = Door(frozenset({HOST}), "http", TOKEN, "python -m harness inspect")
    client = TestClient(
        application(bench, door), base_url=f"http://{HOST}", cookies={door.cookie: TOKEN}
    )
    return Served(root, client, clock, session)


@pytest.fixture
def session() -> Iterator[tuple[Session, VirtualClock]]:
    clock = VirtualClock()
    phone = Phone(load(("sample_city",)), clock, metrics=METRICS, attended=True)
    with serving(phone, pause=clock.sleep) as url:
        driver = open_session(url, {})
        driver.launch(PACKAGE, None)
        clock.sleep(3)
        session = Session(driver)
        session.answers.set()
        yield session, clock
        driver.close()


@pytest.fixture
def served(tmp_path: Path, session: tuple[Session, VirtualClock]) -> Served:
    return serve(project(tmp_path, PROFILE), *session)


@pytest.fixture
def empty(tmp_path: Path, session: tuple[Session, VirtualClock]) -> Served:
    return serve(project(tmp_path, EMPTY), *session)


# --- the door


def test_the_page_is_for_whoever_has_the_token_alone(served: Served) -> None:
    page = served.client.get("/")
    assert "检查" in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert served.client.get("/static/inspect.js").is_success
    assert served.client.get("/", headers={"host": "evil.example"}).status_code == 421
    served.client.cookies.clear()
    for path in ("/", "/api/state", "/api/picture/1", "/static/inspect.js"):
        refused = served.client.get(path)
        assert refused.status_code == 403
        assert "python -m harness inspect" in refused.text


def test_only_the_page_itself_may_let_anything_be_done(served: Served) -> None:
    said = {"content": '{"key": "back"}', "headers": {"content-type": "application/json"}}
    assert served.client.post("/api/do/press", **said).status_code == 403  # type: ignore[arg-type]
    assert served.ask("nothing").status_code == 404
    assert served.ask("press", key="back", more=1).status_code == 400
    assert served.ask("press", key="power").status_code == 400


# --- looking


def test_a_screen_is_told_once_with_its_picture(served: Served) -> None:
    told = served.get("screen")
    assert told["package"] == PACKAGE
    agree = next(node for node in told["nodes"] if node["id"] == "privacy_agree")
    assert agree["names"] == ["privacy.agree"]
    assert served.get(f"screen?after={told['number']}") == {"number": told["number"]}
    picture = served.client.get(f"/api/picture/{told['number']}")
    assert picture.content.startswith(b"\x89PNG")
    assert picture.headers["cache-control"] == "no-store"


def test_a_screen_of_before_can_be_pointed_at(served: Served) -> None:
    number, index = served.see(id="privacy_agree")
    served.touch(id="privacy_agree")
    assert served.see(id="home_search")[0] > number
    assert served.get(f"screen/{number}")["number"] == number
    best = served.get(f"candidates/{number}/{index}")[0]
    assert best["written"] == "{id: privacy_agree}"
    assert (best["grade"], best["usable"], best["screens"]) == ("good", True, 1)
    assert served.client.get("/api/screen/999").status_code == 409


def test_pictures_are_written_nowhere(served: Served) -> None:
    before = {path: path.stat().st_mtime_ns for path in served.root.rglob("*")}
    served.touch(id="privacy_agree")
    served.do("steps", text="tap: home.search")
    assert {path: path.stat().st_mtime_ns for path in served.root.rglob("*")} == before


# --- touching


def test_what_has_left_is_not_touched(served: Served) -> None:
    number, index = served.see(id="privacy_agree")
    served.touch(id="privacy_agree")
    late = served.ask("touch", number=number, index=index)
    assert late.status_code == 409
    assert "point again" in late.text


def test_a_commit_point_is_not_touched(served: Served) -> None:
    served.do("sign", key="commits", locator="{id: privacy_agree}")
    number, index = served.see(id="privacy_agree")
    refused = served.ask("touch", number=number, index=index)
    assert refused.status_code == 423
    assert "not touched" in refused.text
    assert served.see(id="privacy_agree")


def test_what_is_pressed_while_something_runs_is_refused_and_not_done_later(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_phone, "BUSY_AFTER_S", 0.01)
    served.touch(id="privacy_agree")
    served.touch(id="home_search")
    served.session.answers.clear()
    served.session.asked.clear()
    with ThreadPoolExecutor() as pool:
        running = pool.submit(served.ask, "steps", text="expect: search.input")
        assert served.session.asked.wait(30)
        assert "busy" in served.get("screen")
        for what, said in (
            ("press", {"key": "back"}),
            ("press", {"key": "swipe", "direction": "up"}),
            ("press", {"key": "launch"}),
            ("record", {"on": True}),
        ):
            refused = served.ask(what, **said)
            assert refused.status_code == 409
            assert "手机正忙" in refused.text
        served.session.answers.set()
        assert running.result().json()["result"]["passed"]
    assert served.see(id="search_input")
    assert not served.get("state")["recording"]
    served.do("press", key="back")
    assert served.see(id="home_search")


def test_trouble_with_the_phone_is_told_and_its_session_given_up(served: Served) -> None:
    served.session.lost = True
    answer = served.client.get("/api/screen")
    assert answer.status_code == 503
    assert "phone has gone" in answer.text
    assert served.session.discarded == ["phone"]


# --- naming


def test_a_name_is_written_into_the_profile_and_the_list_of_tasks(empty: Served) -> None:
    before = empty.get("state")["tasks"]
    empty.do("name", name="home.search", locators=["{id: home_search}", "{description: 搜索}"])
    said = empty.profile.read_text(encoding="utf-8")
    assert "  home.search: [{id: home_search}, {description: 搜索}]\n" in said
    after = empty.get("state")["tasks"]
    missing = {task["scenario"]: task["missing"] for task in before}
    left = {task["scenario"]: task["missing"] for task in after}
    assert left["find_contribution_query"] == missing["find_contribution_query"] - 1
    assert left["read_message"] == missing["read_message"]
    web = next(task for task in after if task["on_web"])
    assert web["scenario"] == "query_transit_card_h5"


def test_commit_points_that_the_profile_does_not_know_are_told(empty: Served) -> None:
    lacking = empty.get("state")["unknown_commits"]
    assert "apply.submit" in lacking
    empty.do("name", name="apply.submit", locators=["{id: apply_submit}"])
    assert empty.get("state")["unknown_commits"] == [n for n in lacking if n != "apply.submit"]


def test_what_somebody_else_has_written_meanwhile_is_not_lost(empty: Served) -> None:
    theirs = EMPTY.replace("elements: {}", "elements:\n  tab.home: [{id: tab_home}]   # theirs")
    empty.profile.write_text(theirs, encoding="utf-8")
    refused = empty.ask("name", name="home.search", locators=["{id: home_search}"])
    assert refused.status_code == 409
    assert empty.profile.read_text(encoding="utf-8") == theirs
    empty.do("name", name="home.search", locators=["{id: home_search}"])
    assert empty.profile.read_text(encoding="utf-8") == (
        theirs + "\n  home.search: [{id: home_search}]\n"
    ).replace("\n\n", "\n")


def test_what_is_changed_in_an_editor_counts_at_once(empty: Served) -> None:
    theirs = EMPTY.replace("elements: {}", "elements:\n  privacy.agree: [{id: privacy_agree}]")
    empty.profile.write_text(theirs, encoding="utf-8")
    assert empty.do("steps", text="tap: privacy.agree")["passed"]
    empty.profile.write_text(theirs.replace("{id: privacy_agree}", "{colour: red}"))
    told = empty.get("state")
    assert told["elements"] == {"privacy.agree": ["#privacy_agree"]}  # as it was
    (wrong,) = told["wrong"]
    assert "scenarios/apps/sample_city.yaml:10:" in wrong
    empty.profile.write_text(EMPTY, encoding="utf-8")
    told = empty.get("state")
    assert (told["elements"], told["wrong"]) == ({}, [])


def test_tasks_that_are_changed_in_an_editor_are_told_anew(empty: Served) -> None:
    path = empty.root / "scenarios" / "elderly" / "switch_to_elder_mode.yaml"
    before = path.read_text(encoding="utf-8")
    task = {"scenario": "switch_to_elder_mode"}
    path.write_text(before.replace("home.elder", "home.older"), encoding="utf-8")
    told = next(each for each in empty.get("state")["tasks"] if task.items() <= each.items())
    assert "home.older" in [need["name"] for need in told["needs"]]
    path.write_text(before.replace("steps:", "stops:"), encoding="utf-8")
    state = empty.get("state")
    assert told in state["tasks"]  # as it was
    assert "scenarios/elderly/switch_to_elder_mode.yaml:" in state["wrong"][0]
    path.unlink()
    state = empty.get("state")
    assert state["wrong"] == []
    assert "switch_to_elder_mode" not in [each["scenario"] for each in state["tasks"]]


def test_an_element_that_is_added_twice_is_there_once(empty: Served) -> None:
    for locators in (["{id: home_search}", '{id: "home_search"}'], ["{'id': home_search}"]):
        empty.do("name", name="home.search", locators=locators)
        said = empty.profile.read_text(encoding="utf-8")
        assert said.count("home_search") == 1


@pytest.mark.parametrize(
    ("name", "locator", "said"),
    [
        ("Home", "{id: a}", "small letters"),
        ("home", "{colour: red}", "no locator"),
        ("home", "[", "no locator"),
        ("home", "{text: 13800000000}", "personal data"),
        ("home", '{xpath: "//["}', "XPath"),
    ],
)
def test_what_is_wrong_with_a_name_or_locator_is_said(
    empty: Served, name: str, locator: str, said: str
) -> None:
    refused = empty.ask("name", name=name, locators=[locator])
    assert refused.status_code == 400
    assert said in refused.text
    assert empty.profile.read_text(encoding="utf-8") == EMPTY


def test_signs_interruptions_and_barriers_are_written(empty: Served) -> None:
    empty.do("sign", key="waiting", locator="{id: skeleton}")
    empty.do("sign", key="errors", locator="{text: {contains: 系统繁忙}}")
    empty.do("sign", key="mask", locator="{id: account_name}")
    empty.do("interruption", name="update", seen="{text: 立即升级}", dismiss="{text: 以后再说}")
    empty.do("name", name="sms.code", locators=["{id: login_code}"])
    code = {"kind": "sms_code", "seen": "{text: 验证码}", "inbox": r"(\d{6})"}
    empty.do("barrier", name="sms_code", into="sms.code", **code)
    profile = ProfileFile.read(empty.root, "sample_city").profile
    assert len(profile.waiting) == len(profile.errors) == len(profile.mask) == 1
    assert profile.interruptions[0].name == "update"
    assert profile.barriers["sms_code"].into == "sms.code"
    assert profile.barriers["sms_code"].inbox == r"(\d{6})"


SECRET = "Xiaomi-4711"
LOOKS_FOR = {
    "touch": {"text": "${secret:MY_SECRET}"},
    "steps": {"text": "type: {into: search.input, text: '${secret:MY_SECRET}'}"},
}


@pytest.mark.parametrize("how", LOOKS_FOR)
def test_a_secret_that_was_typed_is_written_nowhere(
    served: Served, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("MY_SECRET", SECRET)
    served.do("steps", text="- tap: privacy.agree\n- tap: home.search")
    if how == "touch":
        served.touch(**LOOKS_FOR["touch"], id="search_input")
    else:
        assert served.do("steps", **LOOKS_FOR["steps"])["passed"]
    served.do("sign", key="mask", locator="{id: account_name}")  # nothing is forgotten by it
    number, index = served.see(text=SECRET)
    offered = served.get(f"candidates/{number}/{index}")
    assert [each["kind"] for each in offered] == ["id", "class", "xpath"]
    for key, locator in {
        "errors": f"{{text: {SECRET}}}",
        "mask": f"{{text: {SECRET}}}",
        "waiting": '{text: "Xiaomi\\x2d4711"}',
        "maintenance": "{text: {matches: 'Xiaomi\\-4711'}}",
    }.items():
        refused = served.ask("sign", key=key, locator=locator)
        assert refused.status_code == 400
        assert SECRET not in refused.text
    text = (ROOT / "scenarios" / "account" / "verify_identity.yaml").read_text(encoding="utf-8")
    text = text.replace("verify_identity", "verify_again")
    refused = served.ask("save", text=f"{text}# {SECRET}\n")
    assert refused.status_code == 400
    assert "a secret in it" in refused.text
    for path in served.root.rglob("*.yaml"):
        assert "4711" not in path.read_text(encoding="utf-8")
    assert served.do("save", text=text)


def test_what_the_profile_says_already_is_its_author_s(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SECRET", "privacy_agree")
    served.do("steps", text="- tap: privacy.agree\n- tap: home.search")
    served.touch("${secret:MY_SECRET}", id="search_input")
    served.do("sign", key="waiting", locator="{id: other_skeleton}")


# --- steps and walks


def test_a_step_is_run_from_where_the_app_is(served: Served) -> None:
    told = served.do("steps", text="tap: privacy.agree")
    assert told["passed"]
    assert [step["status"] for step in told["steps"]] == ["done"]
    picture = served.client.get(f"/api/kept/{told['steps'][0]['picture']}")
    assert picture.content.startswith(b"\xff\xd8")
    told = served.do("steps", text="- tap: home.search\n- expect: search.input")
    assert told["passed"]  # no reset in between: the consent was not asked for again


def test_what_is_wrong_with_a_step_is_said_by_its_place(served: Served) -> None:
    for text, said in {
        "tap home.search": "step:1:1",
        "- launch\n- tip: home.search": "step:2:3",
        "tap: home.serch": "step:1:6: steps[1].tap: 各 App 的档案里都没有元素",
    }.items():
        answer = served.ask("steps", text=text)
        assert answer.status_code == 400
        assert said in answer.text


def test_a_walk_becomes_a_task_that_runs(served: Served) -> None:
    served.do("record", on=True)
    served.clock.sleep(3)
    served.touch(id="privacy_agree")
    served.touch(id="home_search")
    served.touch("公积金提取", id="search_input")
    served.touch(id="search_submit")
    served.touch(id="result_title")
    served.do("record", on=False)
    served.touch(id="back")  # no longer recorded
    walk = [move["say"] for move in served.get("state")["walk"]]
    assert walk == [
        "launch",
        "tap: privacy.agree",
        "tap: home.search",
        "type: {into: search.input, text: 公积金提取}",
        "tap: search.submit",
        "tap: search.first_result",
    ]
    about = {"id": "find_fund", "life_event": "housing", "title_zh": "找到公积金提取"}
    unfinished = served.do("draft", **about)
    refused = served.ask("check", text=unfinished)
    assert "scenarios/housing/find_fund.yaml:4:" in refused.text
    text = served.do("draft", **about, goal="service.title", goal_text="公积金提取")
    served.do("check", text=text)
    told = served.do("try", text=text)
    assert told["outcome"] == {"zh": "完成", "en": "completed"}
    assert [step["status"] for step in told["steps"]] == ["done"] * 7
    assert served.do("save", text=text) == "scenarios/housing/find_fund.yaml"
    path = served.root / "scenarios" / "housing" / "find_fund.yaml"
    assert load_scenario(path, root=served.root).value.data == {"text_1": "公积金提取"}
    refused = served.ask("save", text=text.replace("minor", "major"))
    assert refused.status_code == 400
    assert path.read_text(encoding="utf-8") == text


def test_what_has_no_name_yet_is_asked_for_one(empty: Served) -> None:
    empty.do("record", on=True)
    empty.clock.sleep(3)
    empty.touch(id="privacy_agree")
    move = empty.get("state")["walk"][1]
    assert move == {"say": "tap: {id: privacy_agree}", "unnamed": True, "ways": [
        "{id: privacy_agree}"
    ]}  # fmt: skip
    empty.do("name", name="privacy.agree", locators=move["ways"])
    assert empty.get("state")["walk"][1]["say"] == "tap: privacy.agree"
    assert empty.ask("drop", index=1, say="tap: {id: privacy_agree}").status_code == 409
    assert empty.ask("drop", index=2, say="tap: privacy.agree").status_code == 409
    empty.do("drop", index=1, say="tap: privacy.agree")
    assert [move["say"] for move in empty.get("state")["walk"]] == ["launch"]


def test_a_tap_on_a_label_is_one_on_the_button_around_it(empty: Served) -> None:
    hint = "搜服务、搜政策，如“居住证”"
    for name, says in ((), "tap: {id: home_search}"), (("hint", f"{{text: {hint}}}"), "tap: hint"):
        empty.do("record", on=True)
        empty.clock.sleep(3)
        empty.touch(id="privacy_agree")
        if name:
            empty.do("name", name=name[0], locators=[name[1]])
        number, index = empty.see(text=hint)
        empty.do("touch", number=number, index=index)
        assert empty.get("state")["walk"][-1]["say"] == says


def test_half_a_character_leaves_no_file(served: Served) -> None:
    text = (ROOT / "scenarios" / "account" / "verify_identity.yaml").read_text(encoding="utf-8")
    before = sorted(served.root.rglob("*"))
    with pytest.raises(UsageError, match="half a character"):
        save_task(served.root, text.replace("verify_identity", "verify_again") + "# \ud83d\n")
    assert sorted(served.root.rglob("*")) == before


def test_a_password_is_not_in_the_walk(served: Served) -> None:
    served.touch(id="privacy_agree")
    served.do("steps", text="- tap: tab.account\n- tap: account.login\n- tap: login.register")
    served.do("record", on=True)
    served.clock.sleep(3)
    served.do("steps", text="tap: privacy.agree")
    served.do("steps", text="- tap: tab.account\n- tap: account.login\n- tap: login.register")
    served.touch("Geheim2024", id="register_password")
    assert "Geheim2024" not in served.client.get("/api/state").text
    assert served.ask("sign", key="errors", locator="{text: Geheim2024}").status_code == 400
    assert "${secret:PASSWORD}" in served.get("state")["walk"][-1]["say"]


@pytest.mark.parametrize("said", ["11010519491231002X", "13912345678"])
def test_what_may_be_somebodys_is_not_saved(served: Served, said: str) -> None:
    text = (ROOT / "scenarios" / "account" / "verify_identity.yaml").read_text(encoding="utf-8")
    text = text.replace("verify_identity", "verify_again")
    text = text.replace("000000000000000000", said)
    refused = served.ask("save", text=text)
    assert refused.status_code == 400
    assert "personal data in the task" in refused.text
    assert said not in refused.text


def test_a_new_profile_replaces_none(tmp_path: Path) -> None:
    root = project(tmp_path)
    made = create_profile(root, "my_city", "com.example.mycity")
    assert made.document.path == "scenarios/apps/my_city.yaml"
    with pytest.raises(UsageError, match="not overwritten"):
        create_profile(root, "my_city", "com.example.other")
    with pytest.raises(UsageError, match="package"):
        create_profile(root, "other_city", "no package")
    assert sorted(path.name for path in made.path.parent.iterdir()) == [
        "my_city.yaml",
        "sample_city.yaml",
    ]
