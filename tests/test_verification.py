"""A profile is verified by looking, and what was verified is written into it and nothing else."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

import harness.__main__ as command_line
from harness.clock import SystemClock
from harness.errors import UsageError
from harness.finder import Finder
from harness.guard import guard_of
from harness.guarded_driver import GuardedDriver
from harness.leases import Holder, Leases
from harness.load import Document, load_profile
from harness.model import AppProfile, Box, ById, Likeness, Match, Words
from harness.phone.apps import load
from harness.phone.device import Phone
from harness.phone.server import serving
from harness.profile_file import ProfileFile
from harness.project import read_project
from harness.verification import Verification, screens_of, show, walk_tabs, write_down
from harness.verify_visit import Visit, verify
from tests.editions import METRICS
from tests.rig import PROFILE, Rig, rig
from tests.scoring import records
from tests.tester import ROOT

VERIFIED = {
    "flow": "{package: never, elements: never}   # 未核对",
    "quoted": "{package: 'never', elements: \"never\"}",
    "block": "\n  package: never\n  elements: never   # 未核对",
    "counted": "{package: 2022-05, elements: 2024-01, found: 1 of 2}",
    "counted, the other way": "\n  found: 1 of 2\n  elements: 2024-01-31\n  package: never",
}
TEXT = """\
# 市民云 / a profile
id: city
name: {zh: 市民云}
city: 样例市
level: prefecture
android: {package: cn.example.city}
verified: VERIFIED
elements:   # 全部未核对
  home.title: [{id: title}]  # 首页
  home.search:
    - {id: home_search}
"""
ON = date(2026, 11, 26)


def read(folder: Path, text: str, name: str = "city") -> Document[AppProfile]:
    path = folder / "scenarios" / "apps" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_profile(path, root=folder)


def seen(profile: AppProfile, *names: str) -> Verification:
    match = Match(
        target="x",
        locator=ById(id="x"),
        position=1,
        candidates=1,
        box=Box(left=0, top=0, right=1, bottom=1),
    )
    return Verification(profile, found=dict.fromkeys(names, match))


@pytest.mark.parametrize("form", VERIFIED)
@pytest.mark.parametrize("on", [ON, None], ids=["a real phone", "simulated"])
def test_what_was_verified_is_written_and_nothing_else_changes(
    tmp_path: Path, form: str, on: date | None
) -> None:
    text = TEXT.replace("VERIFIED", VERIFIED[form])
    document = read(tmp_path, text)
    verification = seen(document.value, "home.title")
    after = write_down(document, text, verification, on=on, mends={})
    now = read(tmp_path, after).value
    assert now.verified.elements == ("2026-11-26" if on else "simulated")
    assert now.verified.package == ("2026-11-26" if on else document.value.verified.package)
    assert now.verified.found == "1 of 2"
    assert not now.verified.is_whole
    assert now.model_copy(update={"verified": document.value.verified}) == document.value
    assert [line.partition("#")[2] for line in after.splitlines() if "#" in line] == [
        line.partition("#")[2] for line in text.splitlines() if "#" in line
    ]


def test_a_mend_comes_first_and_a_part_of_the_screens_writes_no_date(tmp_path: Path) -> None:
    text = TEXT.replace("VERIFIED", VERIFIED["flow"])
    document = read(tmp_path, text)
    mends = {"home.search": ById(id="search_home"), "home.title": ById(id="caption")}
    verification = seen(document.value, "home.title")
    after = write_down(document, text, verification, on=ON, mends=mends, whole=False)
    now = read(tmp_path, after).value
    assert now.verified == document.value.verified
    for name, locator in mends.items():
        assert now.elements[name] == (locator, *document.value.elements[name])


@pytest.mark.parametrize("own", [" {}        # 核对后写在这里", "\n  home.title: [{id: caption}]"])
def test_an_element_of_the_profile_that_it_is_like_gets_a_line_of_its_own(
    tmp_path: Path, own: str
) -> None:
    read(tmp_path, TEXT.replace("VERIFIED", VERIFIED["flow"]))
    head = TEXT.partition("elements:   #")[0].replace("id: city", "id: other\nlike: city")
    text = head.replace("VERIFIED", VERIFIED["flow"]) + f"elements:{own}\n"
    document = read(tmp_path, text, "other")
    mends = {"home.search": ById(id="search_home")}
    after = write_down(document, text, seen(document.value), on=ON, mends=mends)
    now = read(tmp_path, after, "other").value
    assert now.elements["home.search"] == (ById(id="search_home"), ById(id="home_search"))
    assert now.elements["home.title"] == document.value.elements["home.title"]


def test_screens_that_were_not_gone_to_are_named_below_what_was_seen(tmp_path: Path) -> None:
    more = TEXT + "  guide.fee: [{id: fee}]\n"
    document = read(tmp_path, more.replace("VERIFIED", VERIFIED["flow"]))
    said = io.StringIO()
    show(seen(document.value, "home.title"), Console(file=said, width=100))
    table, _, rest = said.getvalue().partition("没见到的界面")
    assert "✓ │ home.title" in table
    assert "✗ │ home.search" in table
    assert "guide" not in table
    assert "guide (1)" in rest


def test_what_nobody_has_seen_leaves_the_dates_as_they_are(tmp_path: Path) -> None:
    text = TEXT.replace("VERIFIED", VERIFIED["flow"])
    document = read(tmp_path, text)
    assert write_down(document, text, seen(document.value), on=ON, mends={}) == text


# --- on a phone -----------------------------------------------------------------------------------

ELEMENTS = {
    "tab.list": [{"id": "list"}],
    "tab.apply": [{"id": "delay"}],
    "home.status": [{"id": "nowhere"}, {"id": "status"}],
    "home.forms": [{"id": "form_btn"}],
    "list.row": [{"id": "row"}],
    "form.name": [{"id": "name"}],
}


@pytest.fixture
def phone() -> Iterator[Rig]:
    with rig() as made:
        yield made


def profile(**more: Any) -> AppProfile:
    return AppProfile.model_validate({**PROFILE, "elements": ELEMENTS, "sandbox": False, **more})


def test_a_walk_taps_tabs_and_ticks_what_is_behind_them(phone: Rig) -> None:
    verification = Verification(profile())
    phone.driver.launch(verification.profile.android.package, None)
    phone.clock.sleep(2)
    guarded = GuardedDriver(phone.driver, guard_of(verification.profile, ("tab.apply",)))
    finder = Finder(guarded, verification.profile)
    walk_tabs(verification, guarded, finder, phone.clock.sleep)
    assert set(verification.found) == {"tab.list", "tab.apply", "home.status", "list.row"}
    assert verification.found["home.status"].position == 2
    assert verification.found["list.row"].ambiguous
    assert verification.missing == ("home.forms", "form.name")


def test_a_walk_touches_no_commit_point(phone: Rig) -> None:
    chosen = profile(
        elements={"tab.apply": ELEMENTS["tab.apply"], "done.result": [{"id": "result"}]}
    )
    verification = Verification(chosen)
    phone.driver.launch(chosen.android.package, None)
    phone.clock.sleep(2)
    guarded = GuardedDriver(phone.driver, guard_of(chosen, ("tab.apply",)))
    walk_tabs(verification, guarded, Finder(guarded, chosen), phone.clock.sleep)
    phone.clock.sleep(10)
    assert phone.driver.look(ById(id="status"))[0].text == "空闲"
    assert not phone.driver.look(ById(id="result"))


def test_something_alike_is_proposed_where_it_should_be(phone: Rig) -> None:
    verification = Verification(profile())
    phone.driver.launch(verification.profile.android.package, None)
    phone.clock.sleep(2)
    finder = Finder(phone.driver, verification.profile)
    here = screens_of(verification.profile)["home"]
    assert verification.look(finder, phone.driver.hierarchy(), here) == ("home.status",)
    assert isinstance(verification.alike["home.forms"], Likeness)
    assert verification.alike["home.forms"].locator == ById(id="form")
    assert isinstance(verification.alike["home.forms"].why, Words)


@pytest.fixture
def visit(tmp_path: Path) -> Callable[..., Visit]:
    shutil.copytree(ROOT / "scenarios" / "apps", tmp_path / "scenarios" / "apps")
    (tmp_path / "devices.yaml").write_text(
        "default: phone\ndevices:\n  phone: {kind: simulated, apps: [sample_city]}\n"
    )

    def make(*screens: str) -> Visit:
        project = read_project(tmp_path)
        return Visit(project, "sample_city", "phone", screens, None, SystemClock())

    return make


def test_a_visit_to_a_simulated_phone_writes_no_date(visit: Callable[..., Visit]) -> None:
    made = visit()
    path = made.project.root / "scenarios" / "apps" / "sample_city.yaml"
    before = path.read_text(encoding="utf-8")
    said = io.StringIO()
    assert not verify(made, Console(file=said, width=120), None)
    after = path.read_text(encoding="utf-8")
    total = len(made.project.profiles["sample_city"].value.elements)
    assert after == before.replace(
        "elements: simulated}", f"elements: simulated, found: 1 of {total}}}"
    )
    assert "✓ │ privacy.agree" in said.getvalue()


def test_who_breaks_off_or_declines_leaves_the_file_as_it_was(visit: Callable[..., Visit]) -> None:
    made = visit("home")
    path = made.project.root / "scenarios" / "apps" / "sample_city.yaml"
    before = path.read_bytes()
    asked: list[str] = []

    def quits(request: str) -> str:
        asked.append(request)
        return "q"

    def breaks_off(_: str) -> str:
        raise KeyboardInterrupt

    assert not verify(made, Console(file=io.StringIO()), quits)
    with pytest.raises(KeyboardInterrupt):
        verify(made, Console(file=io.StringIO()), breaks_off)
    assert path.read_bytes() == before
    assert "home.search" in asked[0]
    assert "写进" in asked[-1]


@pytest.mark.parametrize("break_it", [False, True], ids=["their edit", "their mistake"])
def test_what_somebody_writes_during_a_visit_is_not_lost(
    visit: Callable[..., Visit], break_it: bool
) -> None:
    made = visit()
    path = made.project.root / "scenarios" / "apps" / "sample_city.yaml"
    theirs = "# two lines more\n\n" + path.read_text(encoding="utf-8")
    theirs += "nonsense: [\n" if break_it else ""

    def edits(request: str) -> str:
        path.write_text(theirs, encoding="utf-8")
        return "q" if "q" in request else "y"

    with pytest.raises(UsageError, match="nonsense" if break_it else "do it again"):
        verify(made, Console(file=io.StringIO()), edits)
    assert path.read_text(encoding="utf-8") == theirs


def test_a_visit_leases_a_phone_that_is_free(visit: Callable[..., Visit]) -> None:
    made = visit()
    phone = Phone(load(("sample_city",)), SystemClock(), metrics=METRICS, attended=True)
    with serving(phone) as url:
        (made.project.root / "devices.yaml").write_text(
            "default: pool\ndevices:\n"
            '  taken: {kind: remote, apps: [sample_city], url: "http://127.0.0.1:9",\n'
            f"    capabilities: {{'appium:udid': taken-{os.getpid()}}}}}\n"
            f'  free: {{kind: remote, apps: [sample_city], url: "{url}",\n'
            f"    capabilities: {{'appium:udid': free-{os.getpid()}}}}}\n"
            "  pool: {kind: pool, apps: [sample_city], phones: [taken, free]}\n"
        )
        project = read_project(made.project.root)
        somebody = Holder(run="another", worker="w", process=1)
        others = Leases(
            project.devices.devices,
            somebody,
            SystemClock(),
            leave=lambda _: None,
            tell=lambda _: None,
        )
        with others:
            others.phone("taken")
            pooled = replace(made, project=project, device="pool")
            said = io.StringIO()
            verify(pooled, Console(file=said, width=120), None)
    assert "✓ │ privacy.agree" in said.getvalue()


def test_the_command_ends_with_what_it_has_found(
    visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = visit()
    monkeypatch.setattr(command_line, "PROJECT", made.project.root)
    result = CliRunner().invoke(
        command_line.app, ["verify-profile", "--app", "sample_city", "--yes"]
    )
    assert result.exit_code == 1  # of all that the App has, its first screen shows one
    assert "看到 found 1 / " in result.output
    assert "已写入 written: scenarios/apps/sample_city.yaml" in result.output


def test_what_a_run_has_found_counts_among_phones_of_its_kind(tmp_path: Path) -> None:
    document = read(tmp_path, TEXT.replace("VERIFIED", VERIFIED["flow"]))
    match = seen(document.value, "home.title").found["home.title"]
    walked = records.attempt()
    step = walked.steps[0].model_copy(
        update={"match": match.model_copy(update={"target": "home.title"})}
    )
    record = walked.model_copy(update={"steps": (step,), "simulated": True})
    for simulated in (True, False):
        verification = Verification(document.value, simulated=simulated)
        verification.learn([record])
        assert ("home.title" in verification.found) is simulated


def test_a_profile_has_what_it_does_not_say_from_the_one_that_it_is_like() -> None:
    project = read_project(ROOT)
    base, like = (project.profiles[app].value for app in ("suishenban", "minzhengtong"))
    assert like.elements == base.elements
    assert like.barriers["sms_code"] == base.barriers["sms_code"]
    assert like.barriers["slider"] != base.barriers["slider"]
    zheliban = project.profiles["zheliban"].value
    assert [each.name for each in zheliban.interruptions] == ["update_dialog"]
    assert zheliban.interruptions[0].dismiss == "back"


def test_what_must_not_be_touched_or_kept_is_so_in_the_app_that_is_like_it_too() -> None:
    base = read_project(ROOT).profiles["suishenban"].value
    careful = base.model_copy(
        update={
            "commits": ("pay.ok",),
            "mask": (ById(id="owner"),),
            "common_interruptions": {"rating": False, "advert": False},
            "safe": ("home.search",),
        }
    )
    own = base.model_copy(
        update={"commits": ("send.ok",), "common_interruptions": {"advert": True}}
    )
    both = own.completed_by(careful)
    assert both.commits == ("send.ok", "pay.ok")
    assert both.mask == (ById(id="owner"),)
    assert both.common_interruptions == {"rating": False, "advert": True}
    assert both.safe == base.safe


def test_a_profile_that_is_like_another_is_edited_beside_it(visit: Callable[..., Visit]) -> None:
    file = ProfileFile.read(visit().project.root, "minzhengtong")
    assert file.change(lambda text: f"{text}# one more line\n")
    assert file.path.read_text(encoding="utf-8").endswith("# one more line\n")
    assert not file.change(lambda text: text)


def test_a_screen_that_no_element_is_of_is_named_with_the_nearest(
    visit: Callable[..., Visit],
) -> None:
    with pytest.raises(UsageError, match="did you mean 'home'"):
        verify(visit("hone"), Console(file=io.StringIO()), None)
