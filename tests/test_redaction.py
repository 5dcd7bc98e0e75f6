from __future__ import annotations

import gzip
import io

import pytest
from PIL import Image

from harness.covering import NOTHING
from harness.evidence import Evidence
from harness.hierarchy import elements
from harness.model import (
    Box,
    ByClass,
    ByDescription,
    ById,
    ByText,
    ByXPath,
    Locator,
    Met,
    PlannedAttempt,
    Scenario,
)
from harness.personal import Word
from harness.redaction import HIDDEN, Redaction, of_attempt, starred_task
from tests.rig import SCENARIO

SECRET = Redaction(("geheim",))
PLAIN = Redaction()
MOBILE = "13800000000"


def screen(*parts: str, size: tuple[int, int] = (1080, 2400)) -> str:
    width, height = size
    return (
        f'<hierarchy width="1080" height="2400"><a bounds="[0,0][{width},{height}]">'
        f"{''.join(parts)}</a></hierarchy>"
    )


def part(text: str = "", place: int = 0, **attributes: str) -> str:
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<b text="{text}" bounds="[0,{place}][100,{place + 10}]"{said}/>'


def box(place: int = 0) -> Box:
    return Box(left=0, top=place, right=100, bottom=place + 10)


def boxes_of(redaction: Redaction, hierarchy: str) -> tuple[Box, ...]:
    """What of a screen is covered."""
    return redaction.screen(hierarchy).cover.boxes


def test_a_secret_is_hidden_in_attributes_and_in_the_texts_of_a_web_page() -> None:
    page = '<html><p title="geheim">vor geheim<b>geheim</b> nach geheim</p></html>'
    hidden = SECRET.hierarchy(page)
    assert "geheim" not in hidden
    assert hidden.count(HIDDEN) == 4
    assert SECRET.hierarchy("<a><b/></a>") == "<a><b/></a>"


ABSURD = f"<a text='geheim' bounds='[0,0][{'9' * 5000},1]'/>"


@pytest.mark.parametrize("broken", ["", "\x00", "geheim <", ABSURD])
def test_a_hierarchy_that_makes_no_sense_gives_nothing_away_and_breaks_nothing(broken: str) -> None:
    assert "geheim" not in SECRET.hierarchy(broken)
    assert boxes_of(SECRET, broken) == ()


def test_an_element_that_says_a_number_is_starred_and_covered_and_no_other() -> None:
    shown = PLAIN.screen(screen(part(f"电话 {MOBILE}", 10), part("办理时间 2026-01-05", 50)))
    assert "电话 138●●●●0000" in shown.hierarchy
    assert "2026-01-05" in shown.hierarchy
    assert shown.cover.boxes == (box(10),)


def test_a_screen_without_anything_to_hide_stays_as_it_is_to_the_byte() -> None:
    harmless = "<?xml version='1.0'?>\n" + screen(part("办事大厅"))
    assert PLAIN.hierarchy(harmless) is harmless
    assert PLAIN.screen(harmless).cover == NOTHING


def test_a_password_field_is_silenced_and_its_hint_is_not() -> None:
    hint = part("请输入密码", 20, password="true", showing_hint="true")
    shown = PLAIN.screen(screen(part("Abc123xy", 0, password="true"), hint))
    assert "Abc123xy" not in shown.hierarchy
    assert "请输入密码" in shown.hierarchy
    assert shown.cover.boxes == (box(),)


@pytest.mark.parametrize(
    "locator",
    [
        ById(id="owner"),
        ByDescription(description="姓名"),
        ByText(text="司马无名"),
        ByClass.model_validate({"class": "cn.example.Name"}),
        ByXPath(xpath="//b[@resource-id='cn.example:id/owner']"),
    ],
    ids=lambda locator: locator.tag,
)
def test_what_a_rule_of_the_profile_finds_is_hidden_with_all_that_it_says(locator: Locator) -> None:
    named = {
        "resource_id": "cn.example:id/owner",
        "content_desc": "姓名",
        "class": "cn.example.Name",
    }
    redaction = Redaction(mask=(locator,))
    shown = redaction.screen(screen(part("司马无名", 0, **named), part("其他", 30)))
    assert "司马无名" not in shown.hierarchy
    assert "其他" in shown.hierarchy
    assert shown.cover.boxes == (box(),)


def test_what_a_masked_element_said_is_hidden_from_then_on() -> None:
    redaction = Redaction(mask=(ById(id="owner"),), asked="点按 登录")
    redaction.screen(screen(part("司马无名", 0, resource_id="x:id/owner")))
    redaction.screen(screen(part("登录", 0, resource_id="x:id/owner")))
    assert redaction.words("司马无名的家人") == f"{HIDDEN}的家人"
    assert redaction.words("请登录") == "请登录"  # the task says so itself
    assert boxes_of(redaction, screen(part("你好，司马无名", 60))) == (box(60),)


@pytest.mark.parametrize(
    "named",
    [
        {"resource_id": "x:id/qr_code"},
        {"resource_id": "x:id/userAvatar"},
        {"resource_id": "x:id/iv_head_img"},
        {"content_desc": "付款码"},
        {"content_desc": "我的头像"},
    ],
    ids=lambda named: next(iter(named.values())),
)
def test_pictures_of_codes_and_faces_are_covered(named: dict[str, str]) -> None:
    assert boxes_of(PLAIN, screen(part("", 0, **named))) == (box(),)


@pytest.mark.parametrize("id", ["qrs_list", "surface", "interface", "equal", "banner"])
def test_pictures_of_other_things_are_not(id: str) -> None:
    assert boxes_of(PLAIN, screen(part("", 0, resource_id=f"x:id/{id}"))) == ()


def test_a_label_about_a_code_is_no_picture_of_one() -> None:
    assert boxes_of(PLAIN, screen(part("出示二维码", 0, resource_id="x:id/qr_code"))) == ()


def test_digits_in_boxes_of_their_own_are_one_number() -> None:
    shown = PLAIN.screen(screen(*(part(digit, 20 * at) for at, digit in enumerate(MOBILE))))
    assert len(shown.cover.boxes) == 11
    assert 'text="1"' not in shown.hierarchy


def test_a_toast_covers_the_band_where_toasts_are() -> None:
    toast = f'<android.widget.Toast class="android.widget.Toast" text="{MOBILE}"/>'
    (band,) = boxes_of(PLAIN, screen(toast))
    assert (band.left, band.right) == (0, 1080)
    assert band.top < 2000
    assert band.bottom > 2300


def test_around_a_window_that_leaves_some_of_the_screen_nothing_is_known() -> None:
    dialog = PLAIN.screen(screen(part("确定吗"), size=(900, 600)))
    assert dialog.cover.window == Box(left=0, top=0, right=900, bottom=600)
    above_the_navigation_bar = PLAIN.screen(screen(part("首页"), size=(1080, 2270)))
    assert above_the_navigation_bar.cover.window is None


def task(**data: str) -> tuple[Scenario, PlannedAttempt]:
    scenario = Scenario.model_validate(
        {**SCENARIO, "goal": {"visible": {"text": "李样例"}}, "steps": ["launch"], "data": data}
    )
    planned = PlannedAttempt(
        scenario="task", app="small", device="phone", repetition=1, file="task.yaml", steps=()
    )
    return scenario, planned


def test_names_of_a_tasks_data_are_known_by_their_keys() -> None:
    scenario, planned = task(applicant="李样例", service="公积金提取", phone="not a number")
    redaction = of_attempt((), planned, scenario)
    assert redaction.words("李样例申请公积金提取") == "李●●申请公积金提取"
    starred = starred_task(scenario)
    assert starred.data == {
        "applicant": "李●●", "service": "公积金提取", "phone": "n●● ● ●●●●●r",
    }  # fmt: skip
    assert starred.goal.describe().zh == "“李●●”"
    assert starred_task(starred) == starred


def test_what_only_we_write_is_left_alone() -> None:
    scenario, planned = task()
    assert Redaction(words=(Word("phone", "private"),)).record(planned) == planned
    assert Redaction(words=(Word("任务", "private"),)).record(scenario).title.zh == HIDDEN


def test_a_picture_whose_text_is_read_is_covered_where_the_hierarchy_was_blind() -> None:
    kept: list[bytes] = []

    def keep(data: bytes, suffix: str) -> str:
        kept.append(data)
        return f"{len(kept)}.{suffix}"

    out = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(out, "PNG")
    place = Box(left=10, top=10, right=60, bottom=40)
    with Evidence(keep, lambda _: [(MOBILE, place), ("首页", box(60))]) as evidence:
        evidence.picture(out.getvalue(), hides=PLAIN.hides).name.result()
        evidence.hierarchy(PLAIN.hierarchy(screen(part(MOBILE)))).result()
    picture = Image.open(io.BytesIO(kept[0])).convert("L")
    dark, light = picture.getpixel((30, 20)), picture.getpixel((150, 80))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert dark < 10
    assert light > 245
    assert MOBILE not in gzip.decompress(kept[1]).decode()


def test_a_hostile_screen_takes_no_longer_than_it_is_long() -> None:
    parts = [part(f"{at} 1 2 3", at % 100) for at in range(3_000)]
    assert elements(PLAIN.hierarchy(screen(*parts)))


def test_a_code_that_is_learnt_is_hidden_also_a_box_to_each_of_its_digits() -> None:
    boxes = "".join(
        f'<node class="Text" text="{digit}" bounds="[{40 * place},0][{40 * place + 30},30]"/>'
        for place, digit in enumerate("482913")
    )
    screen = f'<hierarchy width="400" height="800"><node class="Row">{boxes}</node></hierarchy>'
    redaction = Redaction()
    assert redaction.hierarchy(screen) == screen
    redaction.learn_secret("482913")
    assert redaction.words("您的验证码482913，勿告诉他人") == f"您的验证码{HIDDEN}，勿告诉他人"
    assert redaction.hierarchy(screen).count(HIDDEN) == 6
    assert len(boxes_of(redaction, screen)) == 6


def test_names_of_evidence_stay_whole_though_a_short_code_is_in_them() -> None:
    name = f"{'ab' * 10}4829{'cd' * 20}.jpg"
    record = Met(name="x", seconds=1, picture=name)
    assert Redaction(["4829"]).record(record) == record
