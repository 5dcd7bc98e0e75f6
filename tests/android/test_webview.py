"""Steps on a web page, the whole way: Appium, its driver, adb, chromedriver, Chromium."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from harness.appium_driver import AppiumDriver, open_session
from harness.clock import SystemClock
from harness.errors import ElementGone, UsageError
from harness.evidence import Evidence
from harness.finder import Finder
from harness.guarded_driver import GuardedDriver
from harness.load import load_scenario
from harness.model import AttemptRecord, Box, ByClass, ByCss, ById, ByText, ByXPath, PlannedAttempt
from harness.phone.android.handset import Handset, serving_handset
from harness.phone.apps import load
from harness.phone.clock import RealClock
from harness.phone.device import Phone
from harness.plan import expand
from harness.processes.android_stack import AndroidStack, reached_by
from harness.project import read_project
from harness.redaction import Redaction
from harness.runner import run_attempt
from harness.stage import Stage, Task
from tests.android.patience import comes_true
from tests.browser import needs_chromedriver, needs_chromium

ROOT = Path(__file__).parents[2]
PACKAGE = "com.example.samplecity"
ACTIVITY = ".TransitCardActivity"
NUMBER = "0000000000000001"
FIELD, QUERY, BALANCE = ByCss(css="#card_number"), ById(id="query"), ByCss(css="#balance")

pytestmark = [needs_chromium, needs_chromedriver, pytest.mark.usefixtures("appium_installed")]


@pytest.fixture(scope="module")
def handset() -> Iterator[Handset]:
    with serving_handset(Phone(load(["sample_city"]), RealClock(), attended=True)) as handset:
        yield handset


@pytest.fixture(scope="module")
def driver(
    handset: Handset, appium_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppiumDriver]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        stack = AndroidStack(tmp_path_factory.mktemp("logs"), SystemClock())
        try:
            adb = stack.own_adb()
            adb.connect(handset.serial)
            driver = open_session(stack.url(), reached_by(handset.serial, adb))
            yield driver
            driver.close()
        finally:
            stack.close()


@pytest.fixture
def on_page(driver: AppiumDriver) -> AppiumDriver:
    """The App with its web page in front, which was entered."""
    driver.enter("native")
    driver.reset(PACKAGE)
    driver.launch(PACKAGE, None)
    assert comes_true(lambda: bool(driver.look(ById(id="privacy_agree"))))
    driver.launch(PACKAGE, ACTIVITY)
    assert comes_true(lambda: driver.enter("webview", PACKAGE))
    assert comes_true(lambda: bool(driver.look(QUERY)))
    return driver


def test_an_app_that_shows_no_page_has_none_to_enter(driver: AppiumDriver) -> None:
    driver.enter("native")
    driver.reset(PACKAGE)
    driver.launch(PACKAGE, None)
    assert comes_true(lambda: bool(driver.look(ById(id="privacy_agree"))))
    assert not driver.enter("webview", PACKAGE)
    assert driver.page is None
    with pytest.raises(UsageError, match="web pages only"):
        driver.look(BALANCE)


def test_elements_of_the_page_are_where_the_screen_shows_them(on_page: AppiumDriver) -> None:
    [query] = on_page.look(QUERY)
    assert on_page.page == Box(left=0, top=228, right=1080, bottom=2352)
    assert (query.text, query.enabled) == ("查询余额", True)
    screen = Image.open(io.BytesIO(on_page.picture())).convert("RGB")
    assert screen.size == (1080, 2400)
    blue = (20, 100, 232)
    left_middle = (query.box.left + 30, query.box.middle.y)
    assert screen.getpixel(left_middle) == blue
    assert screen.getpixel((left_middle[0], query.box.top - 6)) != blue
    assert on_page.look(BALANCE) == ()  # it is there, and hidden
    assert on_page.look(ByText(text="查询余额")) == (query,)


def test_the_page_is_written_to_and_clicked_and_the_picture_is_of_the_whole_screen(
    on_page: AppiumDriver,
) -> None:
    on_page.write(on_page.look(FIELD)[0], "7")
    on_page.write(on_page.look(FIELD)[0], NUMBER)
    assert on_page.look(FIELD)[0].text == NUMBER
    on_page.click(on_page.look(QUERY)[0])
    assert comes_true(lambda: bool(on_page.look(BALANCE)))
    assert on_page.look(BALANCE)[0].text == "36.20"
    assert on_page.hierarchy().startswith("<html")
    assert on_page.page is not None


def test_what_is_asked_of_the_system_does_not_leave_the_page(on_page: AppiumDriver) -> None:
    on_page.log()
    assert on_page.package() == PACKAGE
    assert on_page.activity().endswith(ACTIVITY)
    assert on_page.app_state(PACKAGE) == "foreground"
    assert on_page.inbox().total >= 0
    assert on_page.look(QUERY)


def test_the_back_key_is_the_systems(on_page: AppiumDriver) -> None:
    on_page.back()
    assert on_page.page is None
    assert comes_true(lambda: on_page.activity() != ACTIVITY)
    view = ByClass.model_validate({"class": "android.webkit.WebView"})
    assert comes_true(lambda: not on_page.look(view))


def test_a_page_that_closes_by_itself_is_a_fact_about_the_app(
    on_page: AppiumDriver, handset: Handset
) -> None:
    [field] = on_page.look(FIELD)
    handset.phone.back()
    assert handset.phone.devtools() == ()
    with pytest.raises(ElementGone, match="the web page has closed"):
        on_page.write(field, NUMBER)
    assert on_page.page is None
    assert on_page.hierarchy().startswith("<?xml")
    assert not on_page.enter("webview", PACKAGE)


def test_a_look_and_the_hierarchy_survive_the_page(on_page: AppiumDriver, handset: Handset) -> None:
    handset.phone.terminate(PACKAGE)
    assert on_page.look(FIELD) == ()
    assert on_page.app_state(PACKAGE) == "not_running"
    driver, phone = on_page, handset.phone
    driver.launch(PACKAGE, None)
    assert comes_true(lambda: bool(driver.look(ById(id="privacy_agree"))))
    driver.launch(PACKAGE, ACTIVITY)
    assert comes_true(lambda: driver.enter("webview", PACKAGE))
    phone.terminate(PACKAGE)
    assert driver.hierarchy().startswith("<?xml")


def test_a_selector_that_is_none_is_the_writers_mistake(on_page: AppiumDriver) -> None:
    for locator in (ByCss(css="#["), ByXPath(xpath="//[")):
        with pytest.raises(UsageError, match="not a valid"):
            on_page.look(locator)
    assert on_page.look(QUERY)


def test_with_a_secret_in_play_the_page_is_hidden_as_a_whole(
    on_page: AppiumDriver, tmp_path: Path
) -> None:
    task = the_task()
    finder = Finder(on_page, task.profile)
    with Evidence(lambda data, suffix: keep(tmp_path, data, suffix)) as evidence:
        stage = Stage(
            task,
            GuardedDriver(on_page, None),
            finder,
            evidence,
            SystemClock(),
            Redaction((NUMBER,)),
        )
        name = stage.picture().name.result()
    picture = Image.open(tmp_path / name).convert("L")
    assert max(picture.crop((0, 240, 1080, 2340)).tobytes()) < 16
    assert max(picture.crop((0, 100, 1080, 220)).tobytes()) > 240


def keep(folder: Path, data: bytes, suffix: str) -> str:
    (folder / f"{len(data)}.{suffix}").write_bytes(data)
    return f"{len(data)}.{suffix}"


def the_task() -> Task:
    project = read_project(ROOT)
    document = load_scenario(ROOT / "scenarios/transport/query_transit_card_h5.yaml", root=ROOT)
    planned = PlannedAttempt(
        scenario=document.value.id,
        app="sample_city",
        device="android",
        repetition=1,
        file=document.path,
        steps=expand(document, project.shared),
    )
    return Task(planned, document.value, project.profiles["sample_city"].value, simulated=True)


def attempt(driver: AppiumDriver, tmp_path: Path) -> AttemptRecord:
    with Evidence(lambda data, suffix: keep(tmp_path, data, suffix)) as evidence:
        return run_attempt(the_task(), lambda: driver, evidence, SystemClock())


def test_a_task_on_a_web_page_is_completed_again_and_again_in_one_session(
    driver: AppiumDriver, handset: Handset, tmp_path: Path
) -> None:
    records = [attempt(driver, tmp_path) for _ in range(2)]
    assert [record.verdict.outcome for record in records] == ["completed", "completed"]
    for record in records:
        assert record.checkpoints_reached == ("service.title", "card.page", "card.balance")
        steps = {step.path: step for step in record.steps}
        assert steps["5"].sentence.zh.startswith("在网页中")
        assert steps["6"].touched is not None
        picture = Image.open(tmp_path / (steps["6"].after or ""))
        assert picture.size == (1080, 2400)
    assert handset.system.unknown == []
