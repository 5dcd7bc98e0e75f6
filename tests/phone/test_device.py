from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from harness.clock import VirtualClock
from harness.phone import gestures
from harness.phone.app import After, App, Back, Go, Open, Screen
from harness.phone.device import SHIFT_HELD, NotInstalled, Phone
from harness.phone.keyboard import DELETE, ENTER, HIDE, keys
from harness.phone.layout import knob_box, star_boxes
from harness.phone.scene import Placed
from harness.phone.widgets import Button, Label, Page
from tests.phone.small_app import COLD_START_S, DELAY_S, OTHER_APP, PACKAGE, SMALL_APP


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def phone(clock: VirtualClock) -> Phone:
    phone = Phone([SMALL_APP, OTHER_APP], clock)
    phone.launch(PACKAGE)
    clock.sleep(COLD_START_S)
    return phone


def placed(phone: Phone, name: str) -> Placed:
    """The widget of this id, or with this text, in the front window."""
    for element, found in phone.hierarchy().placed.items():
        wanted = (element.get("resource-id", "").rpartition("/")[2], element.get("text"))
        if name in wanted:
            return found
    raise AssertionError(f"no {name} in {phone.source()}")


def texts(phone: Phone) -> list[str]:
    return [element.get("text", "") for element in phone.hierarchy().placed]


def tap(phone: Phone, name: str) -> None:
    area = placed(phone, name).visible
    phone.touch(gestures.press((area.left + area.right) / 2, (area.top + area.bottom) / 2))


def tap_key(phone: Phone, sends: str, kind: str = "text") -> None:
    key = next(
        key
        for key in keys(phone.metrics, "text" if kind == "text" else "number")
        if key.sends == sends
    )
    phone.touch(gestures.press((key.box.left + key.box.right) / 2, key.box.top + 20))


def events(phone: Phone) -> list[str]:
    return [what for _, what in phone.changes]


# --- starting and leaving -------------------------------------------------------------------------


def test_a_cold_start_shows_the_launch_window_for_exactly_its_time(clock: VirtualClock) -> None:
    phone = Phone([SMALL_APP], clock)
    phone.launch(PACKAGE)
    clock.sleep(COLD_START_S - 0.001)
    assert texts(phone)[-1] == "小市民云"
    assert phone.foreground() == (PACKAGE, ".HomeActivity")
    clock.sleep(0.001)
    assert "空闲" in texts(phone)
    at, what = phone.changes[-1]
    assert (at, what) == (COLD_START_S, f"screen {PACKAGE}/.HomeActivity")


def test_a_start_is_dated_when_it_happened_however_late_the_look(clock: VirtualClock) -> None:
    phone = Phone([SMALL_APP], clock)
    phone.launch(PACKAGE)
    clock.sleep(100)
    assert phone.changes[-1][0] == pytest.approx(COLD_START_S)
    assert any(re.search(r"Displayed .*HomeActivity: \+600ms", line) for line in phone.logcat())


def test_the_launcher_starts_an_app_by_its_icon(clock: VirtualClock) -> None:
    phone = Phone([SMALL_APP, OTHER_APP], clock)
    tap(phone, "另一个")
    clock.sleep(5)
    assert phone.foreground() == (OTHER_APP.package, ".MainActivity")


def test_home_leaves_the_app_as_it_is(phone: Phone) -> None:
    tap(phone, "form")
    phone.home()
    assert phone.app_state(PACKAGE) == 3
    phone.launch(PACKAGE)
    assert phone.app_state(PACKAGE) == 4
    assert phone.foreground()[1] == ".FormActivity"


def test_the_states_of_an_app_are_those_of_appium(phone: Phone) -> None:
    assert phone.app_state("com.absent") == 0
    assert phone.app_state(OTHER_APP.package) == 1
    assert phone.app_state(PACKAGE) == 4
    phone.terminate(PACKAGE)
    assert phone.app_state(PACKAGE) == 1


def test_values_survive_the_end_of_the_process_but_not_clearing(phone: Phone) -> None:
    tap(phone, "form")
    tap(phone, "agree")
    assert phone.terminate(PACKAGE)
    assert not phone.terminate(PACKAGE)
    assert phone.values(PACKAGE)["agree"] is True
    phone.clear(PACKAGE)
    assert phone.values(PACKAGE) == {"stars": 0}


def test_an_app_that_is_not_there_says_which_are(phone: Phone) -> None:
    with pytest.raises(NotInstalled, match=PACKAGE):
        phone.launch("com.absent")


def test_back_leaves_keyboard_then_screen_then_app(phone: Phone) -> None:
    tap(phone, "form")
    tap(phone, "name")
    assert phone.scene().keyboard == "text"
    phone.back()
    assert phone.scene().keyboard == ""
    phone.back()
    assert phone.foreground()[1] == ".HomeActivity"
    phone.back()
    assert phone.foreground()[0] == "com.android.launcher3"
    phone.back()
    phone.launch(PACKAGE)
    assert "空闲" in texts(phone)


def test_an_app_that_leaves_itself_begins_anew(clock: VirtualClock) -> None:
    first = Screen("first", lambda state: Page(children=(Button(text="进", on_tap=Go("last")),)))
    last = Screen("last", lambda state: Page(children=(Button(text="退", on_tap=Back(2)),)))
    phone = Phone([App("a.b", "a", "bank", "#000000", (first, last), start="first")], clock)
    phone.launch("a.b")
    clock.sleep(1)
    tap(phone, "进")
    tap(phone, "退")
    assert phone.app_state("a.b") == 3
    phone.launch("a.b")
    assert "进" in texts(phone)


# --- links ----------------------------------------------------------------------------------------


def test_the_longest_prefix_of_a_link_decides(phone: Phone) -> None:
    phone.open_link("small://list/%E7%A4%BE%E4%BF%9D")
    assert phone.foreground()[1] == ".ListActivity"
    assert phone.scene().front.look.values is phone.values(PACKAGE)
    phone.open_link("small://whatever", PACKAGE)
    assert phone.foreground()[1] == ".FormActivity"
    with pytest.raises(NotInstalled):
        phone.open_link("other://x")


def test_a_link_starts_an_app_with_its_screen_alone(clock: VirtualClock) -> None:
    phone = Phone([SMALL_APP], clock)
    phone.open_link("small://list/x")
    clock.sleep(COLD_START_S)
    assert phone.foreground()[1] == ".ListActivity"
    phone.back()
    assert phone.foreground()[0] == "com.android.launcher3"


def test_a_link_to_an_app_that_is_starting_is_not_lost(clock: VirtualClock) -> None:
    phone = Phone([SMALL_APP], clock)
    phone.launch(PACKAGE)
    clock.sleep(0.1)
    phone.open_link("small://list/x")
    clock.sleep(1)
    assert phone.foreground()[1] == ".ListActivity"


# --- time -----------------------------------------------------------------------------------------


def test_a_server_takes_exactly_its_time(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "delay")
    asked = clock.monotonic()
    assert "提交中" in texts(phone)
    clock.sleep(DELAY_S - 1e-6)
    assert "提交中" in texts(phone)
    clock.sleep(1e-6)
    assert "办理成功" in texts(phone)
    assert phone.changes[-1][0] == pytest.approx(asked + DELAY_S)


def test_an_event_counts_from_when_it_was_due_not_from_when_it_was_seen(
    phone: Phone, clock: VirtualClock
) -> None:
    tap(phone, "chain")
    asked = clock.monotonic()
    clock.sleep(60)
    when = {what: at for at, what in phone.changes}
    assert when[f"values {PACKAGE} chained"] == pytest.approx(asked + 2.0)


def test_an_answer_is_dropped_when_its_screen_is_left(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "delay")
    tap(phone, "form")
    clock.sleep(DELAY_S)
    assert phone.foreground()[1] == ".FormActivity"
    phone.back()
    assert "空闲" in texts(phone)


def test_a_dialog_of_the_screen_does_not_leave_it(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "delay")
    tap(phone, "ask")
    clock.sleep(DELAY_S)
    assert phone.foreground()[1] == ".DoneActivity"


def test_an_answer_that_is_not_bound_to_the_screen_comes_anyway(
    phone: Phone, clock: VirtualClock
) -> None:
    tap(phone, "delay_anyway")
    phone.home()
    clock.sleep(DELAY_S)
    assert phone.values(PACKAGE)["sent"] is True


def test_a_view_that_counts_down_changes_without_an_event(
    phone: Phone, clock: VirtualClock
) -> None:
    tap(phone, "count")
    assert "10 秒" in texts(phone)
    clock.sleep(3.5)
    assert "7 秒" in texts(phone)


def test_events_that_set_each_other_off_without_end_are_stopped(clock: VirtualClock) -> None:
    loop = Screen("loop", lambda state: Page(), on_open=After(0, Go("loop")))
    phone = Phone([App("a.b", "a", "bank", "#000000", (loop,), start="loop")], clock)
    phone.launch("a.b")
    clock.sleep(1)
    with pytest.raises(RuntimeError, match="events"):
        phone.scene()
    phone.home()
    assert phone.foreground()[0] == "com.android.launcher3"


def test_a_moment_holds_the_time(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "delay")
    with phone.moment():
        clock.sleep(DELAY_S)
        assert "提交中" in texts(phone)
    assert "办理成功" in texts(phone)


# --- touches --------------------------------------------------------------------------------------


def test_a_disabled_button_swallows_the_tap(phone: Phone) -> None:
    tap(phone, "off")
    assert phone.app_state(PACKAGE) == 4


def test_a_long_press_is_told_from_a_tap_by_its_time(phone: Phone) -> None:
    area = placed(phone, "card").visible
    for seconds, expected in ((0.49, "short"), (0.5, "long")):
        phone.touch(gestures.press(area.left + 5, area.top + 5, seconds))
        assert phone.values(PACKAGE)["pressed"] == expected


def test_what_has_no_long_press_is_clicked_when_the_finger_goes_up(phone: Phone) -> None:
    area = placed(phone, "form").visible
    phone.touch(gestures.press(area.left + 5, area.top + 5, 2.0))
    assert phone.foreground()[1] == ".FormActivity"


def test_a_finger_within_the_slop_has_not_moved(phone: Phone) -> None:
    tap(phone, "list")
    row = placed(phone, "事项 3").visible
    phone.touch(gestures.line(row.left + 50, row.top + 30, row.left + 50, row.top + 30 - 24))
    assert phone.values(PACKAGE)["chosen"] == 3
    phone.touch(gestures.line(row.left + 50, row.top + 30, row.left + 50, row.top + 30 - 25))
    assert placed(phone, "事项 3").visible.top == row.top - 25


def test_a_drag_moves_the_content_with_the_finger_and_no_further_than_it_goes(phone: Phone) -> None:
    tap(phone, "list")
    before = placed(phone, "事项 5").visible.top
    phone.touch(gestures.line(500, 1500, 500, 1200))
    assert placed(phone, "事项 5").visible.top == before - 300
    phone.touch(gestures.line(500, 1200, 500, 2300))
    assert placed(phone, "事项 5").visible.top == before
    for _ in range(10):
        phone.touch(gestures.line(500, 2300, 500, 200))
    last = placed(phone, "事项 59")
    assert last.visible == last.box
    assert last.visible.bottom == placed(phone, "rows").box.bottom


def test_a_slider_passes_at_its_end_and_springs_back_before(phone: Phone) -> None:
    tap(phone, "check_slider")
    lock = placed(phone, "lock")
    knob = knob_box(lock)
    x, y = knob.left + 40, knob.top + 40
    way = lock.box.width - knob.width
    phone.touch(gestures.line(x, y, x + way * 0.94, y))
    assert "请拖动滑块" in texts(phone)
    phone.touch(gestures.line(x + knob.width, y, x + way, y))
    assert "请拖动滑块" in texts(phone), "a drag beside the knob moves nothing"
    phone.touch(gestures.line(x, y, x + way * 0.96, y))
    assert "通过" in texts(phone)


def test_a_tap_on_a_star_gives_so_many(phone: Phone) -> None:
    tap(phone, "form")
    boxes = star_boxes(placed(phone, "stars"), phone.metrics)
    for number, box in enumerate(boxes, start=1):
        phone.touch(gestures.press(box.left + 10, box.top + 10))
        assert phone.values(PACKAGE)["stars"] == number


def test_checks_toggle_and_radio_buttons_choose(phone: Phone) -> None:
    tap(phone, "form")
    tap(phone, "agree")
    assert phone.values(PACKAGE)["agree"] is True
    tap(phone, "agree")
    assert phone.values(PACKAGE)["agree"] is False
    tap(phone, "woman")
    tap(phone, "man")
    tap(phone, "man")
    assert phone.values(PACKAGE)["sex"] == "男"


# --- dialogs --------------------------------------------------------------------------------------


def test_a_dialog_is_the_front_window_and_covers_its_screen(phone: Phone) -> None:
    tap(phone, "ask")
    assert texts(phone) == ["", "确定注销吗", "取消", "确定"]
    tap(phone, "yes")
    assert phone.values(PACKAGE)["answer"] == "yes"
    assert "空闲" in texts(phone)


def test_back_or_a_press_beside_closes_what_may_be_dismissed(phone: Phone) -> None:
    for close in (phone.back, lambda: phone.touch(gestures.press(5, 2000))):
        tap(phone, "ask")
        close()
        assert phone.scene().front.kind == "screen"
        tap(phone, "consent")
        close()
        assert phone.scene().front.kind == "dialog"
        tap(phone, "agree_all")


def test_a_refusal_leaves_the_app(phone: Phone) -> None:
    tap(phone, "consent")
    tap(phone, "refuse")
    assert phone.foreground()[0] == "com.android.launcher3"
    phone.launch(PACKAGE)
    assert phone.scene().front.kind == "screen"


# --- typing ---------------------------------------------------------------------------------------


def test_the_soft_keyboard_types_into_the_input_that_was_tapped(phone: Phone) -> None:
    tap(phone, "form")
    tap(phone, "name")
    for letter in "abc":
        tap_key(phone, letter)
    tap_key(phone, DELETE)
    assert phone.values(PACKAGE)["name"] == "ab"
    tap_key(phone, HIDE)
    assert phone.scene().keyboard == ""
    tap(phone, "code")
    assert phone.scene().keyboard == "number"
    tap_key(phone, "7", "number")
    assert phone.values(PACKAGE)["code"] == "7"


def test_the_enter_key_hides_the_keyboard_and_does_what_the_input_says(phone: Phone) -> None:
    tap(phone, "form")
    tap(phone, "name")
    tap_key(phone, ENTER)
    assert phone.scene().keyboard == ""
    phone.touch(gestures.line(500, 1500, 500, 300))
    tap(phone, "search")
    phone.press(66)
    assert phone.values(PACKAGE)["searched"] is True
    tap(phone, "note")
    phone.type_keys("一")
    phone.press(66)
    assert phone.values(PACKAGE)["note"] == "一\n"


def test_an_input_that_the_keyboard_would_cover_is_scrolled_above_it(phone: Phone) -> None:
    tap(phone, "form")
    phone.touch(gestures.line(500, 1500, 500, 300))
    assert placed(phone, "search").visible.bottom > 2400 - 270 * 3
    tap(phone, "search")
    field = placed(phone, "search")
    assert field.visible == field.box
    assert field.visible.bottom <= 2400 - 270 * 3


def test_hardware_keys_type_and_delete(phone: Phone) -> None:
    tap(phone, "form")
    tap(phone, "name")
    for keycode in (29, 8, 145, 62):
        phone.press(keycode)
    phone.press(30, held=SHIFT_HELD)
    assert phone.values(PACKAGE)["name"] == "a11 B"
    phone.press(67)
    assert phone.values(PACKAGE)["name"] == "a11 "
    phone.press(9999)


def test_typing_keeps_to_the_length_and_replaces_when_told(phone: Phone) -> None:
    tap(phone, "form")
    path = placed(phone, "name").path
    phone.type_into(path, "欧阳")
    phone.type_into(path, "娜娜一二三四")
    assert phone.values(PACKAGE)["name"] == "欧阳娜娜一二"
    phone.type_into(path, "李", replace=True)
    assert phone.values(PACKAGE)["name"] == "李"
    assert phone.scene().keyboard == ""
    with pytest.raises(ValueError, match="no text"):
        phone.type_into("0", "x")


def test_the_keyboard_goes_when_another_window_comes(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "delay")
    phone.home()
    phone.launch(PACKAGE)
    tap(phone, "form")
    tap(phone, "name")
    phone.home()
    assert phone.scene().keyboard == ""
    phone.launch(PACKAGE)
    assert phone.scene().keyboard == ""
    assert phone.hide_keyboard() is False


# --- what the phone shows -------------------------------------------------------------------------


def test_a_toast_lives_for_two_seconds(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "toast")
    assert phone.scene().toast == "已复制"
    clock.sleep(1.9)
    tap(phone, "toast")
    clock.sleep(1.9)
    assert phone.scene().toast == "已复制"
    clock.sleep(0.2)
    assert phone.scene().toast == ""
    assert events(phone)[-1] == "toast gone"


def test_a_message_reaches_inbox_and_notification(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "sms")
    phone.terminate(PACKAGE)
    clock.sleep(10)
    (message,) = phone.inbox()
    assert (message.sender, message.text) == ("12345", "验证码 482913")
    assert message.at.strftime("%H:%M:%S") == "17:41:02"
    assert phone.scene().notification is None


def test_a_notification_lives_for_five_seconds(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "sms")
    clock.sleep(2)
    assert phone.scene().notification == ("12345", "验证码 482913")
    clock.sleep(5)
    assert phone.scene().notification is None


def test_an_unchanged_screen_is_the_same_picture(phone: Phone, clock: VirtualClock) -> None:
    scene, picture = phone.scene(), phone.picture_png()
    clock.sleep(1)
    assert phone.scene() is scene
    assert phone.picture_png() is picture
    clock.sleep(60)
    assert phone.picture_png() is not picture, "the clock in the status bar has moved"


def test_a_spinner_turns(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "count")
    first = phone.picture_png()
    assert phone.picture_png() is first
    clock.sleep(0.25)
    assert phone.picture_png() != first


def test_views_with_lambdas_stay_the_same_scene(clock: VirtualClock) -> None:
    def view(state: object) -> Page:
        return Page(children=(Label(text=f"{int(getattr(state, 'now_s')) // 10}"),))  # noqa: B009

    phone = Phone([App("a.b", "a", "bank", "#000000", (Screen("x", view),), start="x")], clock)
    phone.launch("a.b")
    clock.sleep(1)
    scene = phone.scene()
    clock.sleep(3)
    assert phone.scene() is scene


def test_a_secure_screen_is_black_but_readable(phone: Phone) -> None:
    tap(phone, "secret")
    with Image.open(io.BytesIO(phone.picture_png())) as picture:
        assert picture.size == (1080, 2400)
        assert picture.getcolors() == [(1080 * 2400, (0, 0, 0))]
    assert "证照编号 1234" in texts(phone)


def test_every_change_is_noted_once(phone: Phone) -> None:
    tap(phone, "form")
    tap(phone, "woman")
    tap(phone, "woman")
    assert events(phone)[-2:] == [f"screen {PACKAGE}/.FormActivity", f"values {PACKAGE} sex"]


# --- Apps in trouble ------------------------------------------------------------------------------


def test_a_crash_kills_the_process_and_says_so(phone: Phone) -> None:
    tap(phone, "crash")
    assert phone.foreground()[0] == "com.android.launcher3"
    assert phone.app_state(PACKAGE) == 1
    assert "小市民云 已停止运行" in texts(phone)
    log = "\n".join(phone.logcat())
    assert "E AndroidRuntime: FATAL EXCEPTION: main" in log
    assert "E AndroidRuntime: java.lang.IllegalStateException: 演示" in log
    phone.back()
    tap(phone, "aerr_close")
    assert phone.scene().front.kind == "screen"


def test_a_crashed_app_can_be_started_again_from_the_dialog(
    phone: Phone, clock: VirtualClock
) -> None:
    tap(phone, "crash")
    tap(phone, "重新启动")
    clock.sleep(COLD_START_S)
    assert "空闲" in texts(phone)


def test_an_app_that_hangs_swallows_inputs_and_its_answers_do_not_come(
    phone: Phone, clock: VirtualClock
) -> None:
    tap(phone, "hang_late")
    scene = phone.scene()
    clock.sleep(2)
    assert "late" not in phone.values(PACKAGE)
    assert phone.scene() is scene
    clock.sleep(100)
    assert phone.scene().front.kind == "screen", "nothing is said before somebody touches it"
    tap(phone, "form")
    assert "空闲" in texts(phone)
    clock.sleep(4.999)
    phone.back()
    assert "空闲" in texts(phone)
    clock.sleep(0.001)
    assert "小市民云 没有响应" in texts(phone)
    assert any(f"ANR in {PACKAGE}" in line for line in phone.logcat())


def test_waiting_for_an_app_that_hangs_gives_it_five_seconds_more(
    phone: Phone, clock: VirtualClock
) -> None:
    tap(phone, "hang")
    tap(phone, "form")
    clock.sleep(5)
    tap(phone, "等待")
    assert "空闲" in texts(phone)
    clock.sleep(5)
    tap(phone, "关闭应用")
    assert phone.app_state(PACKAGE) == 1
    assert phone.foreground()[0] == "com.android.launcher3"
    phone.launch(PACKAGE)
    clock.sleep(COLD_START_S)
    tap(phone, "form")
    assert phone.foreground()[1] == ".FormActivity"


def test_home_works_while_an_app_hangs(phone: Phone, clock: VirtualClock) -> None:
    tap(phone, "hang")
    phone.home()
    tap(phone, "另一个")
    clock.sleep(1)
    assert phone.foreground()[0] == OTHER_APP.package


# --- the person -----------------------------------------------------------------------------------


def test_a_person_passes_the_slider_when_there_is_one(clock: VirtualClock) -> None:
    for attended, passed in ((True, "通过"), (False, "请拖动滑块")):
        phone = Phone([SMALL_APP], clock, attended=attended)
        phone.launch(PACKAGE)
        clock.sleep(COLD_START_S)
        tap(phone, "check_slider")
        clock.sleep(3.999)
        assert "请拖动滑块" in texts(phone)
        clock.sleep(0.001)
        assert passed in texts(phone)


def test_a_person_does_nothing_on_a_screen_that_was_left(clock: VirtualClock) -> None:
    phone = Phone([SMALL_APP], clock, attended=True)
    phone.launch(PACKAGE)
    clock.sleep(COLD_START_S)
    tap(phone, "check_slider")
    phone.back()
    clock.sleep(10)
    assert "passed" not in phone.values(PACKAGE)


def test_actions_for_a_dialog_without_a_screen_do_nothing(clock: VirtualClock) -> None:
    late = After(1.0, Open("ask"), here=False)
    first = Screen("first", lambda state: Page(), on_open=late)
    app = App("a.b", "a", "bank", "#000000", (first,), SMALL_APP.dialogs, start="first")
    phone = Phone([app], clock)
    phone.launch("a.b")
    clock.sleep(1)
    phone.terminate("a.b")
    clock.sleep(5)
    assert phone.foreground()[0] == "com.android.launcher3"
