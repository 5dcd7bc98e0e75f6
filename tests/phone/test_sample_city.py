"""The sample App on the phone: all is reached with a finger, by a clock that stands still."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import ImageFont

from harness.phone import draw, gestures
from harness.phone.app import App, State
from harness.phone.device import Phone
from harness.phone.layout import scroll_range, star_boxes
from harness.phone.sample_city import plants, services
from harness.phone.sample_city.app import APPS, sample_city
from harness.phone.sample_city.editions import (
    CLUTTERED_EDITION,
    TROUBLED_EDITION,
    WELL_KEPT_EDITION,
    Edition,
)
from harness.phone.sample_city.plants import PLANTS, Plant
from harness.phone.scene import Placed
from harness.phone.widgets import (
    Box,
    Button,
    Check,
    Icon,
    Input,
    Label,
    SlideLock,
    Widget,
)

FONTS = Path(draw.__file__).parent / "fonts"
MOBILE = "13800000000"
NEW_MOBILE = "13900000000"
NAME = "样小云"
IDENTITY = "000000190001010000"
"""Obviously no ID number: a place and a day that do not exist, and a wrong check digit."""


class StillClock:
    """Moves only when it is told to."""

    def __init__(self) -> None:
        self._at = 0.0

    def now(self) -> datetime:
        return datetime(2025, 10, 20, 1, 41, tzinfo=UTC) + timedelta(seconds=self._at)

    def monotonic(self) -> float:
        return self._at

    def advance(self, seconds: float) -> None:
        self._at += seconds


class Citizen:
    """Somebody who uses the App with a finger: finds by id or text, scrolls, taps, types."""

    def __init__(self, app: App, attended: bool = True) -> None:
        self.app = app
        self.clock = StillClock()
        self.phone = Phone([app], self.clock, attended=attended)
        self.taps = 0

    # --- looking

    def all(self) -> list[Placed]:
        return list(self.phone.front().shown.root.walk())

    def find(self, name: str) -> Placed | None:
        """What has this id, or this text or description, nearest to the finger's reach."""
        self.phone.scene()
        exact = [placed for placed in self.all() if name in _names(placed.widget)]
        return exact[0] if exact else None

    def sees(self, name: str) -> bool:
        return self.find(name) is not None

    def text(self, name: str) -> str:
        found = self.find(name)
        assert found is not None, f"{name} is not on {self.screen}"
        assert isinstance(found.widget, Label | Button)
        return found.widget.text

    @property
    def screen(self) -> str:
        return self.phone.foreground()[1]

    def value(self, key: str) -> object:
        return self.phone.values(self.app.package).get(key)

    # --- doing

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.phone.catch_up()

    def tap(self, *names: str) -> Citizen:
        for name in names:
            self._tap(name)
        return self

    def _tap(self, name: str) -> None:
        x, y = self._reach(name)
        self.phone.touch(gestures.press(x, y))
        self.taps += 1
        self.wait(1.5)

    def _reach(self, name: str) -> tuple[float, float]:
        """Scrolls until the middle of it can be touched."""
        for _ in range(12):
            found = self.find(name)
            assert found is not None, f"{name} is not on {self.screen}: {self.texts()}"
            x, y = (
                (found.box.left + found.box.right) / 2,
                (found.box.top + found.box.bottom) / 2,
            )
            if found.visible.contains(x, y):
                return x, y
            self._scroll()
        raise AssertionError(f"{name} cannot be scrolled into view on {self.screen}")

    def _scroll(self) -> None:
        area = next(placed.box for placed in self.all() if scroll_range(placed))
        self.phone.touch(gestures.swipe(area, "up", 0.4))

    def texts(self) -> list[str]:
        return [placed.widget.text for placed in self.all() if isinstance(placed.widget, Label)]

    def type(self, name: str, text: str) -> Citizen:
        self._tap(name)
        self.phone.type_keys(text)
        return self

    def rate(self, name: str, stars: int) -> Citizen:
        self._reach(name)
        found = self.find(name)
        assert found is not None
        box = star_boxes(found, self.phone.metrics)[stars - 1]
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        self.phone.touch(gestures.press(x, y))
        self.taps += 1
        return self

    def code(self) -> str:
        found = re.search(r"\d{6}", self.phone.inbox()[-1].text)
        assert found is not None
        return found.group()

    # --- often done

    def start(self) -> Citizen:
        """Starts the App, agrees, and gets what is in the way out of the way."""
        self.phone.launch(self.app.package)
        self.wait(2.0)
        if self.sees("privacy_agree"):
            self.tap("privacy_agree")
        if self.sees("advert_skip"):
            self.tap("advert_skip")
        if self.sees("update_later"):
            self.tap("update_later")
        self.taps = 0
        return self

    def log_in(self) -> Citizen:
        """Fills the login page that is in front."""
        self.type("login_mobile", MOBILE).tap("login_get_code")
        self.type("login_code", self.code()).tap("login_agreed", "login_submit")
        return self


def _names(widget: Widget) -> tuple[str, ...]:
    text = widget.text if isinstance(widget, Label | Button | Check) else ""
    return tuple(name for name in (widget.id, text, widget.description) if name)


def citizen(edition: Edition = WELL_KEPT_EDITION, attended: bool = True) -> Citizen:
    return Citizen(sample_city(edition), attended).start()


# --- the citizen tasks, each as a journey ---------------------------------------------------------


def register(c: Citizen) -> None:
    c.tap("tab_account", "account_login", "login_register")
    c.type("register_mobile", MOBILE).tap("register_get_code")
    c.wait(5.0)  # somebody drags the slider
    c.type("register_code", c.code())
    c.type("register_password", "Sample2025").type("register_password_again", "Sample2025")
    c.tap("register_agreed", "register_submit")
    assert c.text("register_done") == "注册成功"


def log_in_with_code(c: Citizen) -> None:
    c.tap("tab_account", "account_login").log_in()
    assert c.text("account_mobile") == "138****0000"


def log_in_with_password(c: Citizen) -> None:
    c.tap("tab_account", "account_login", "login_by_password")
    c.type("login_mobile", MOBILE).type("login_password", "Sample2024")
    c.tap("login_agreed", "login_submit")
    assert c.text("account_mobile") == "138****0000"


def authenticate(c: Citizen) -> None:
    c.tap("tab_account", "account_identity").log_in()
    c.tap("居民身份证").type("identity_name", NAME).type("identity_number", IDENTITY)
    c.tap("identity_next")
    c.wait(4.0)  # somebody looks into the camera
    assert c.text("identity_done") == "实名认证成功"


def find_contribution_query(c: Citizen) -> None:
    c.tap("home_search").type("search_input", "社保缴费查询").tap("search_submit")
    c.wait(6.0)
    c.tap("result_title")
    assert c.text("service_title") == "社保缴费查询"


def query_contributions(c: Citizen) -> None:
    c.tap("home_service_contribution_query", "guide_apply").log_in()
    c.wait(1.0)
    assert c.sees("query_result")


def search_with_typo(c: Citizen) -> None:
    c.tap("home_search").type("search_input", "公积金提曲").tap("search_submit")
    c.wait(6.0)
    assert c.sees("您是不是要找：")
    c.tap("search_meant")
    c.wait(6.0)
    c.tap("result_title")
    assert c.text("service_title") == "公积金提取"


def search_in_vain(c: Citizen) -> None:
    c.tap("home_search").type("search_input", "飞船").tap("search_submit")
    c.wait(6.0)
    assert c.sees("no_results")


def read_guide(c: Citizen) -> None:
    c.tap("tab_services")
    if c.sees("更多"):
        c.tap("更多", "住房保障", "公积金")
    else:
        c.tap("住房保障")
    c.tap("公积金提取")
    assert c.text("service_title") == "公积金提取"
    for element in ("conditions", "materials", "time_limit", "process", "fee", "place", "phone"):
        assert c.text(f"guide_{element}")


def open_web_service(c: Citizen) -> None:
    """To the web page and back; what is in it is the matter of test_web.py."""
    c.tap("home_search").type("search_input", "公交卡余额查询").tap("search_submit")
    c.wait(6.0)
    c.tap("result_title").wait(1.0)
    c.tap("guide_apply")
    assert c.text("title") == "公交卡余额查询"
    assert c.sees("web_view")
    c.phone.back()
    assert c.sees("service_title")


def file_application_to_commit_point(c: Citizen) -> None:
    c.tap("home_service_residence_permit", "guide_apply").log_in()
    c.type("apply_name", NAME).type("apply_identity", IDENTITY)
    c.tap("apply_next", "apply_reason_1").type("apply_amount", "12").tap("apply_next")
    c.tap("apply_all_materials", "apply_next")
    assert c.text("review_name") == NAME
    c.tap("apply_consent")


def file_application(c: Citizen) -> None:
    file_application_to_commit_point(c)
    c.tap("apply_submit")
    assert c.text("apply_done") == "申请已提交"
    c.tap("apply_done_progress")
    assert c.text("application_title") == "居住证办理"


def file_request_to_commit_point(c: Citizen) -> None:
    c.tap("home_request").log_in().tap("request_category_help", "request_next")
    c.type("request_title", "路灯不亮").type("request_text", "湖滨路路灯三天不亮")
    c.type("request_place", "湖滨路 8 号").tap("request_anonymous")
    assert c.text("request_submit") == "提交诉求"


def file_request(c: Citizen) -> None:
    file_request_to_commit_point(c)
    c.tap("request_submit")
    assert c.text("request_done") == "诉求已提交"


def follow_progress(c: Citizen) -> None:
    c.tap("tab_account", "account_applications").log_in().tap("progress_streetlight")
    assert c.text("progress_latest").startswith("承办单位处理中")


def rate(c: Citizen) -> None:
    c.tap("tab_account", "account_applications").log_in().tap("rate_permit")
    c.rate("rating_overall", 5)
    for item in ("rating_speed", "rating_guide", "rating_ease", "rating_platform"):
        c.rate(item, 4)
    assert (c.value("rating_overall"), c.value("rating_ease")) == (5, 4)
    c.type("rating_comment", "很方便").tap("rating_submit")
    assert c.text("rating_done") == "感谢您的评价"


def show_licence(c: Citizen) -> None:
    c.tap("home_service_licences").log_in().tap("licence_social_card", "licence_show")
    assert c.text("licence_code_title") == "电子社保卡"
    assert c.sees("licence_qr")


def switch_to_elder_mode(c: Citizen) -> None:
    c.tap("tab_account", "account_settings", "settings_elder")
    assert c.text("elder_title") == "长辈版"


def change_mobile(c: Citizen) -> None:
    c.tap("tab_account", "account_settings", "settings_change_mobile").log_in()
    c.type("change_mobile", NEW_MOBILE).tap("change_get_code")
    c.type("change_code", c.code()).tap("change_submit")
    assert c.text("change_done") == "手机号已更换"
    assert c.value("mobile") == NEW_MOBILE


def read_message(c: Citizen) -> None:
    c.tap("tab_messages", "message_notice_1")
    assert c.text("message_title") == "公积金租房提取额度调整"


def enlarge_text(c: Citizen) -> None:
    c.tap("tab_account", "account_settings")
    before = c.find("字体大小")
    c.tap("settings_text_size", "特大")
    c.phone.back()
    after = c.find("字体大小")
    assert before is not None
    assert after is not None
    assert after.box.height > before.box.height


def look_around(c: Citizen) -> None:
    c.tap("tab_account", "account_settings", "settings_about", "about_privacy")


JOURNEYS: tuple[Callable[[Citizen], None], ...] = (
    register,
    log_in_with_code,
    log_in_with_password,
    authenticate,
    find_contribution_query,
    query_contributions,
    search_with_typo,
    search_in_vain,
    read_guide,
    open_web_service,
    file_application_to_commit_point,
    file_application,
    file_request_to_commit_point,
    file_request,
    follow_progress,
    rate,
    show_licence,
    switch_to_elder_mode,
    change_mobile,
    read_message,
    enlarge_text,
    look_around,
)
BROKEN_BY = {
    find_contribution_query: plants.WRONG_SEARCH_RESULT,
    file_application_to_commit_point: plants.CRASH_ON_FORM_PAGE_2,
    file_application: plants.CRASH_ON_FORM_PAGE_2,
    file_request_to_commit_point: plants.DEAD_REQUEST_NEXT,
    file_request: plants.DEAD_REQUEST_NEXT,
    follow_progress: plants.ENDLESS_PROGRESS,
    show_licence: plants.LICENCE_ERROR,
    change_mobile: plants.LOST_MOBILE_NUMBER,
    read_message: plants.HANG_ON_MESSAGE,
}
"""The journeys that the troubled edition does not let through, each for one reason."""


def name_of(journey: Callable[[Citizen], None]) -> str:
    return journey.__name__


@pytest.mark.parametrize("journey", JOURNEYS, ids=name_of)
def test_every_task_can_be_done_in_the_well_kept_edition(
    journey: Callable[[Citizen], None],
) -> None:
    journey(citizen())


@pytest.mark.parametrize("journey", JOURNEYS, ids=name_of)
def test_every_task_can_be_done_in_the_cluttered_edition_all_the_same(
    journey: Callable[[Citizen], None],
) -> None:
    journey(citizen(CLUTTERED_EDITION))


@pytest.mark.parametrize("journey", JOURNEYS, ids=name_of)
def test_in_the_troubled_edition_a_task_fails_exactly_when_a_plant_is_in_its_way(
    journey: Callable[[Citizen], None],
) -> None:
    someone = citizen(TROUBLED_EDITION)
    if journey in BROKEN_BY:
        with pytest.raises(AssertionError):
            journey(someone)
    else:
        journey(someone)


@pytest.mark.parametrize(
    ("journey", "plant"), BROKEN_BY.items(), ids=[journey.__name__ for journey in BROKEN_BY]
)
def test_without_its_plant_a_task_goes_through(
    journey: Callable[[Citizen], None], plant: Plant
) -> None:
    journey(citizen(Edition("all_but_one", plants=TROUBLED_EDITION.plants - {plant})))


# --- reach ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", [WELL_KEPT_EDITION, CLUTTERED_EDITION, TROUBLED_EDITION])
def test_every_screen_is_reached_by_taps(edition: Edition) -> None:
    healed = Edition(edition.name, edition.suffix, plants=edition.plants - set(BROKEN_BY.values()))
    reached = {activity for journey in JOURNEYS for activity in _activities(healed, journey)}
    declared = {screen.activity for screen in sample_city(edition).screens}
    assert declared - reached == set()
    assert len(declared) >= 18


def _activities(edition: Edition, journey: Callable[[Citizen], None]) -> Iterator[str]:
    someone = citizen(edition)
    journey(someone)
    for _, what in someone.phone.changes:
        if what.startswith(f"screen {someone.app.package}/"):
            yield what.partition("/")[2]


@pytest.mark.parametrize("make", APPS.values(), ids=APPS)
def test_every_screen_has_an_activity_of_its_own(make: Callable[[], App]) -> None:
    activities = [screen.activity for screen in make().screens]
    assert len(set(activities)) == len(activities)


def test_tasks_are_short() -> None:
    for journey in JOURNEYS:
        if journey is not file_application:
            someone = citizen()
            journey(someone)
            assert someone.taps <= 16, journey.__name__


def test_a_deep_link_opens_a_guide() -> None:
    someone = citizen()
    someone.phone.open_link("samplecity://service/fund_withdrawal")
    someone.wait(1.0)
    assert someone.text("service_title") == "公积金提取"


def test_a_finished_task_leads_back_home() -> None:
    someone = citizen()
    file_application(someone)
    someone.phone.back()
    someone.phone.back()
    assert someone.screen == ".HomeActivity"


# --- behaviour of the well-kept edition -----------------------------------------------------------


def test_without_consent_the_app_is_left() -> None:
    someone = Citizen(sample_city(WELL_KEPT_EDITION))
    someone.phone.launch(someone.app.package)
    someone.wait(2.0)
    someone.tap("privacy_refuse")
    assert someone.phone.foreground()[0] != someone.app.package


def test_consent_is_asked_for_once() -> None:
    someone = citizen()
    someone.phone.terminate(someone.app.package)
    someone.phone.launch(someone.app.package)
    someone.wait(2.0)
    assert someone.screen == ".HomeActivity"


def test_a_wrong_code_is_refused_below_its_field() -> None:
    someone = citizen().tap("tab_account", "account_login")
    someone.type("login_mobile", MOBILE).tap("login_get_code")
    someone.type("login_code", "000000").tap("login_agreed", "login_submit")
    assert someone.text("login_code_error") == "验证码错误，请重新输入"
    assert someone.screen == ".LoginActivity"


def test_login_needs_the_agreement() -> None:
    someone = citizen().tap("tab_account", "account_login")
    someone.type("login_mobile", MOBILE).tap("login_get_code")
    someone.type("login_code", someone.code()).tap("login_submit")
    assert someone.text("login_agreed_error") == "请先阅读并同意协议"


def test_another_code_can_be_asked_for_after_a_minute() -> None:
    someone = citizen().tap("tab_account", "account_login")
    someone.wait(30.0)
    someone.type("login_mobile", MOBILE).tap("login_get_code")
    assert re.fullmatch(r"(59|60)s 后重发", someone.text("login_get_code"))
    someone.wait(30.0)
    assert someone.text("login_get_code").startswith(("29s", "30s"))
    someone.tap("login_get_code")
    assert len(someone.phone.inbox()) == 1
    someone.wait(30.0)
    assert someone.text("login_get_code") == "获取验证码"


def test_the_countdown_starts_at_a_minute_behind_the_slider_too() -> None:
    someone = citizen().tap("tab_account", "account_login", "login_register")
    someone.wait(30.0)
    someone.type("register_mobile", MOBILE).tap("register_get_code")
    someone.wait(3.0)
    assert re.fullmatch(r"(58|59|60)s 后重发", someone.text("register_get_code"))


def test_nobody_at_the_phone_nobody_passes_slider_and_face() -> None:
    someone = citizen(attended=False).tap("tab_account", "account_login", "login_register")
    someone.type("register_mobile", MOBILE).tap("register_get_code")
    someone.wait(60.0)
    assert someone.sees("slider_lock")
    assert not someone.phone.inbox()


def test_a_finger_can_drag_the_slider() -> None:
    someone = citizen(attended=False).tap("tab_account", "account_login", "login_register")
    someone.type("register_mobile", MOBILE).tap("register_get_code")
    lock = next(placed for placed in someone.all() if isinstance(placed.widget, SlideLock))
    y = (lock.box.top + lock.box.bottom) / 2
    someone.phone.touch(gestures.line(lock.box.left + 60, y, lock.box.right - 5, y))
    someone.wait(1.5)
    assert someone.phone.inbox()


def test_the_form_says_what_is_missing() -> None:
    someone = citizen().tap("home_service_residence_permit", "guide_apply").log_in()
    someone.type("apply_identity", "123").tap("apply_next")
    assert someone.text("apply_name_error") == "请输入姓名"
    assert someone.text("apply_identity_error").startswith("身份证号码格式不正确")
    assert someone.value("apply_mobile") == MOBILE


def test_all_materials_must_be_ticked() -> None:
    someone = citizen().tap("home_service_residence_permit", "guide_apply").log_in()
    someone.type("apply_name", NAME).type("apply_identity", IDENTITY).tap("apply_next")
    someone.tap("apply_reason_1").type("apply_amount", "12").tap("apply_next")
    someone.tap("apply_material_1", "apply_next")
    assert someone.text("apply_materials_error") == "请勾选全部必交材料"
    someone.tap("apply_material_2", "apply_material_3", "apply_next")
    assert someone.screen == ".ApplyReviewActivity"


def test_protected_pages_ask_for_a_login_and_come_back() -> None:
    for entry in ("account_applications", "account_licences", "account_request"):
        someone = citizen().tap("tab_account", entry)
        assert someone.screen == ".LoginActivity"
        someone.log_in()
        assert someone.screen in {
            ".ApplicationsActivity",
            ".LicencesActivity",
            ".RequestCategoryActivity",
        }


def test_elder_mode_is_found_by_search_and_stays() -> None:
    someone = citizen().tap("home_search").type("search_input", "长辈").tap("search_submit")
    someone.tap("result_title")
    assert someone.screen == ".ElderHomeActivity"
    someone.phone.terminate(someone.app.package)
    someone.phone.launch(someone.app.package)
    someone.wait(3.0)
    assert someone.screen == ".ElderHomeActivity"


def test_elder_mode_has_large_texts_and_targets() -> None:
    someone = citizen().tap("home_elder")
    _assert_elder(someone)
    someone.tap("elder_contribution_query")
    _assert_elder(someone)
    someone.tap("guide_apply")
    _assert_elder(someone)


def _assert_elder(someone: Citizen) -> None:
    density = someone.phone.metrics.density
    for placed in someone.all():
        widget = placed.widget
        if isinstance(widget, Label | Button | Input | Check):
            assert widget.size >= 18, widget
        if widget.on_tap or isinstance(widget, Button | Check):
            assert placed.box.height >= 60 * density, widget


def test_targets_of_the_well_kept_edition_are_large_enough() -> None:
    for journey in JOURNEYS:
        someone = citizen()
        journey(someone)
        density = someone.phone.metrics.density
        for placed in someone.all():
            if placed.widget.on_tap or isinstance(placed.widget, Button | Check | Input):
                assert min(placed.box.width, placed.box.height) >= 44 * density - 1, placed.widget


def test_the_number_of_the_tests_is_no_valid_id_number() -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(IDENTITY, weights, strict=False))
    assert "10X98765432"[total % 11] != IDENTITY[17]


# --- data -----------------------------------------------------------------------------------------


def test_there_are_services_enough_and_each_has_all_elements() -> None:
    assert len(services.SERVICES) >= 30
    assert len(services.CATEGORIES) == 8
    for service in services.SERVICES:
        guide = service.guide
        assert all(getattr(guide, field.name) for field in fields(guide)), service.key
        assert services.service(service.key) is service
    assert {service.category for service in services.SERVICES} == {
        category.key for category in services.CATEGORIES
    }


@pytest.mark.parametrize(
    ("query", "first", "meant"),
    [
        ("社保缴费查询", "社保缴费查询", ""),
        ("公积金提曲", "公积金提取", "公积金提取"),
        ("居住正办理", "居住证办理", "居住证办理"),
        ("  公积金 ", "公积金提取", ""),
    ],
)
def test_search_forgives_one_wrong_character(query: str, first: str, meant: str) -> None:
    found = services.search(query, [service.title for service in services.SERVICES])
    assert (found.titles[0], found.meant) == (first, meant)


def test_search_finds_nothing_where_there_is_nothing() -> None:
    assert services.search("飞船", ["公积金提取"]).titles == ()
    assert services.search("", ["公积金提取"]).titles == ()


# --- what is declared fits together ---------------------------------------------------------------


def _strings(value: object) -> Iterator[str]:
    """All strings in a widget tree and in the actions that it declares."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _strings(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))


def _actions(value: object) -> Iterator[object]:
    """All actions in a widget tree, those inside other actions too."""
    if isinstance(value, tuple):
        for each in value:
            yield from _actions(each)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from _actions(getattr(value, field.name))


SITUATIONS = (
    State(),
    State({"logged_in": True, "mobile": MOBILE, "consented": True, "history": "居住证|公积金"}),
    State({"logged_in": True, "elder": True, "verified": True, "applied": "residence_permit"}),
    State({"rating_overall": 3, "cases": "closed", "login_mode": "password"}),
    State(params={"category": "housing", "group": "公积金", "query": "公积金提曲"}),
    State(params={"service": "fund_withdrawal", "licence": "social_card", "case": "permit"}),
    State(under_way=frozenset({"load", "search", "submit", "login", "register", "show"})),
)


def _views(app: App) -> Iterator[Widget]:
    views = [*(screen.view for screen in app.screens), *(dialog.view for dialog in app.dialogs)]
    for view in views:
        for situation in SITUATIONS:
            state = State(
                {**app.initial, **situation.values}, situation.params, situation.under_way, 5.0
            )
            yield view(state)


@pytest.mark.parametrize("make", APPS.values(), ids=APPS)
def test_every_way_leads_to_a_declared_screen_or_dialog(make: Callable[[], App]) -> None:
    app = make()
    screens = {screen.name for screen in app.screens}
    dialogs = {dialog.name for dialog in app.dialogs}
    opening = [screen.on_open for screen in app.screens]
    for thing in (*opening, *_views(app)):
        for action in _actions(thing):
            assert getattr(action, "screen", app.start) in screens
            assert getattr(action, "dialog", "") in {"", *dialogs}


@pytest.mark.parametrize("make", APPS.values(), ids=APPS)
def test_all_characters_and_icons_are_in_the_fonts(make: Callable[[], App]) -> None:
    font = ImageFont.truetype(str(FONTS / "NotoSansSC-Regular.otf"), 32)
    missing = bytes(font.getmask("\U0010fffe"))
    icons = json.loads((FONTS / "icons.json").read_text())
    words: set[str] = set()
    for view in _views(make()):
        words.update(_strings(view))
        used = {widget.name for widget in _walk(view) if isinstance(widget, Icon)}
        assert used <= set(icons)
    for service in services.SERVICES:
        words.update(_strings(service))
        words.update(_strings(service.guide))
    boxes = [
        c for c in sorted(set("".join(words)) - set("\n ")) if bytes(font.getmask(c)) == missing
    ]
    assert boxes == []


def _walk(widget: Widget) -> Iterator[Widget]:
    yield widget
    if isinstance(widget, Box):
        for child in widget.children:
            yield from _walk(child)


# --- every plant shows ----------------------------------------------------------------------------


def shows_advert(c: Citizen) -> bool:
    c.phone.terminate(c.app.package)
    c.phone.launch(c.app.package)
    c.wait(7.0)
    shown = c.screen == ".AdvertActivity"
    c.wait(4.0)
    assert c.screen == ".HomeActivity"
    return shown


def shows_update_dialog(c: Citizen) -> bool:
    c.phone.terminate(c.app.package)
    c.phone.launch(c.app.package)
    c.wait(2.5)
    shown = c.sees("update_later")
    if shown:
        c.tap("update_later", "tab_services", "tab_home")
        assert not c.sees("update_later")
    return shown


def shows_floating_advert(c: Citizen) -> bool:
    return c.sees("floating_advert")


def hides_fund_withdrawal(c: Citizen) -> bool:
    at_home = c.sees("home_service_fund_withdrawal")
    before = c.taps
    read_guide(c)
    return not at_home and c.taps - before == 5


def searches_slowly(c: Citizen) -> bool:
    c.tap("home_search").type("search_input", "社保").tap("search_submit")
    c.wait(2.0)
    return not c.sees("search_results")


def has_small_agreement_checkbox(c: Citizen) -> bool:
    c.tap("tab_account", "account_login")
    return _least_side(c, "login_agreed") < 24


def has_small_request_entry(c: Citizen) -> bool:
    return _least_side(c, "home_request") < 24


def _least_side(c: Citizen, name: str) -> float:
    found = c.find(name)
    assert found is not None
    return min(found.box.width, found.box.height) / c.phone.metrics.density


def has_pale_guide(c: Citizen) -> bool:
    read_guide(c)
    found = c.find("guide_conditions")
    assert found is not None
    assert isinstance(found.widget, Label)
    return found.widget.color == "#BBBBBB"


def has_unlabelled_icons(c: Citizen) -> bool:
    return not (c.sees("home_elder") or c.sees("扫一扫") or c.sees("home_messages"))


def crashes_on_page_2(c: Citizen) -> bool:
    try:
        file_application_to_commit_point(c)
    except AssertionError:
        return any("NullPointerException" in line for line in c.phone.logcat())
    return False


def waits_for_progress(c: Citizen) -> bool:
    c.tap("tab_account", "account_applications").log_in().tap("progress_streetlight")
    c.wait(600.0)
    return c.sees("progress_loading")


def has_dead_button(c: Citizen) -> bool:
    c.tap("home_request").log_in().tap("request_category_help", "request_next")
    return c.screen == ".RequestCategoryActivity"


def opens_wrong_result(c: Citizen) -> bool:
    c.tap("home_search").type("search_input", "社保缴费查询").tap("search_submit", "result_title")
    return c.text("service_title") == "社保卡挂失"


def loses_new_mobile(c: Citizen) -> bool:
    c.tap("tab_account", "account_settings", "settings_change_mobile").log_in()
    c.type("change_mobile", NEW_MOBILE).tap("change_get_code")
    return c.value("change_mobile") == ""


def fails_to_show_licence(c: Citizen) -> bool:
    c.tap("home_service_licences").log_in().tap("licence_social_card", "licence_show")
    return c.sees("error_message") and "50012" in c.text("error_message")


def hangs_on_message(c: Citizen) -> bool:
    c.tap("tab_messages", "message_notice_1")
    c.phone.back()
    c.wait(6.0)
    return any("ANR" in line for line in c.phone.logcat())


SHOWN_BY: dict[Plant, Callable[[Citizen], bool]] = {
    plants.ADVERT_AT_START: shows_advert,
    plants.UPDATE_DIALOG: shows_update_dialog,
    plants.FLOATING_ADVERT: shows_floating_advert,
    plants.FUND_WITHDRAWAL_HIDDEN: hides_fund_withdrawal,
    plants.SLOW_SEARCH: searches_slowly,
    plants.SMALL_AGREEMENT_CHECKBOX: has_small_agreement_checkbox,
    plants.SMALL_REQUEST_ENTRY: has_small_request_entry,
    plants.PALE_GUIDE: has_pale_guide,
    plants.UNLABELLED_ICONS: has_unlabelled_icons,
    plants.CRASH_ON_FORM_PAGE_2: crashes_on_page_2,
    plants.ENDLESS_PROGRESS: waits_for_progress,
    plants.DEAD_REQUEST_NEXT: has_dead_button,
    plants.WRONG_SEARCH_RESULT: opens_wrong_result,
    plants.LOST_MOBILE_NUMBER: loses_new_mobile,
    plants.LICENCE_ERROR: fails_to_show_licence,
    plants.HANG_ON_MESSAGE: hangs_on_message,
}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_plant_shows_where_it_is_and_nowhere_else(plant: Plant) -> None:
    shows = SHOWN_BY[plant]
    assert shows(citizen(Edition("planted", plants=frozenset({plant}))))
    assert not shows(citizen(WELL_KEPT_EDITION))


def test_every_edition_carries_its_plants_and_no_others() -> None:
    assert WELL_KEPT_EDITION.plants == frozenset()
    assert CLUTTERED_EDITION.plants | TROUBLED_EDITION.plants == set(PLANTS)
    assert not CLUTTERED_EDITION.plants & TROUBLED_EDITION.plants
    for plant in PLANTS:
        screens = {screen.name for screen in APPS[plant.edition]().screens}
        assert plant.screen in screens
