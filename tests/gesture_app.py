"""An App with all that takes more than a tap: wheels, boxes, codes, pages, long lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.phone.app import Action, After, App, Go, Screen, Set, Sms, State
from harness.phone.widgets import (
    Button,
    Check,
    Column,
    Icon,
    Input,
    Label,
    Page,
    Pager,
    Row,
    Scroll,
    Space,
    Spinner,
    Stack,
    Wheel,
    Widget,
)

PACKAGE = "cn.example.gestures"
ROWS = 300
REFRESH_S = 1.5
LOADS_S = 0.8
CODE = "482913"
CITIES: Mapping[str, tuple[str, ...]] = {
    "浙江省": ("杭州市", "宁波市", "温州市", "嘉兴市", "湖州市", "绍兴市"),
    "江苏省": ("南京市", "苏州市", "无锡市"),
    "上海市": ("黄浦区", "徐汇区", "浦东新区"),
    "安徽省": ("合肥市", "芜湖市"),
}
TABS = ("办事", "资讯", "我的", "更多")

PROFILE: Mapping[str, Any] = {
    "android": {"package": PACKAGE},
    "waiting": [{"class": "android.widget.ProgressBar"}],
    "elements": {
        "home.title": [{"id": "title"}],
        "date.year": [{"id": "year"}],
        "date.month": [{"id": "month"}],
        "date.hour": [{"id": "hour"}],
        "date.minute": [{"id": "minute"}],
        "region.province": [{"id": "province"}],
        "region.city": [{"id": "city"}],
        "region.late": [{"id": "late"}],
        "form.agree": [{"id": "agree"}],
        "news.list": [{"id": "news"}],
        "news.first": [{"id": "first"}],
        "tabs.pages": [{"id": "pages"}],
        "list.pay": [{"id": "pay"}],
        "code.first": [{"id": "code0"}],
        "form.name": [{"id": "name"}],
    },
}


def _home(_: State) -> Widget:
    buttons = (Button(id=name, text=name, on_tap=Go(name), height=40) for name in SCREENS)
    return Page(gap=8, padding=16, children=(Label(id="title", text="手势"), *buttons))


def _date(state: State) -> Widget:
    date, time = (state.text("year") + state.text("month"), state.text("hour"))
    return Page(
        padding=16,
        gap=12,
        children=(
            Label(id="chosen", text=f"{date} {time}:{state.text('minute')}"),
            Space(grow=True),
            Row(
                children=(
                    _picker("year", [f"{each}年" for each in range(1930, 2031)]),
                    _picker("month", [f"{each}月" for each in range(1, 13)], wraps=True),
                    _drawn("hour", [f"{each:02d}" for each in range(9, 18)]),
                    _drawn("minute", ["00", "15", "30", "45"]),
                )
            ),
            Button(id="submit", text="确认预约", on_tap=Set({"booked": True})),
        ),
    )


def _picker(key: str, options: list[str], wraps: bool = False) -> Wheel:
    return Wheel(
        id=key, key=key, options=tuple(options), kind="number_picker", wraps=wraps, height=180,
        width=100,
    )  # fmt: skip


def _drawn(key: str, options: list[str]) -> Wheel:
    return Wheel(id=key, key=key, options=tuple(options), kind="drawn", width=60)


def _region(state: State) -> Widget:
    province = state.text("province", "浙江省")
    cities = CITIES[province]
    loaded = state.flag("loaded")
    late = ("请选择", "一号街道", "二号街道") if loaded else ("请选择",)
    return Page(
        padding=16,
        gap=12,
        children=(
            Label(id="chosen", text=f"{province} {state.text('city', cities[0])}"),
            Space(grow=True),
            Row(
                children=(
                    Wheel(id="province", key="province", options=tuple(CITIES), grow=True),
                    Wheel(id="city", key="city", options=cities, shows=3, grow=True),
                    Wheel(id="late", key="late", options=late, grow=True),
                )
            ),
        ),
    )


def _consent(state: State) -> Widget:
    link = Label(id="link", text="《用户协议》", color="#1677FF", on_tap=Go("agreement"))
    beside = Row(children=(Check(id="agree", key="agree"), Label(text="我已阅读并同意"), link))
    whole = Stack(
        height=48,
        children=(
            Check(id="whole", key="whole", text="同意将结果发送到手机，详见《隐私政策》"),
            Row(
                children=(Space(width=60), Label(text=" " * 60, height=48, on_tap=Go("agreement")))
            ),
        ),
    )
    switch = Row(
        children=(
            Label(text="接收提醒", grow=True),
            Check(id="remind", key="remind", kind="switch"),
        )
    )
    sexes = Row(
        gap=12,
        children=tuple(
            part
            for sex in ("男", "女")
            for part in (Check(key="sex", value=sex, kind="radio"), Label(text=sex))
        ),
    )
    twice = tuple(
        Row(children=(Check(key=f"twice{each}"), Label(text="本人承诺属实"))) for each in range(2)
    )
    drawn = Row(children=(Icon(name="check", on_tap=Set({"drawn": True})), Label(text="记住我")))
    stuck = Row(children=(Check(key="stuck", enabled=False), Label(text="已满十八周岁")))
    return Page(padding=16, children=(beside, whole, switch, sexes, *twice, drawn, stuck))


def _agreement(_: State) -> Widget:
    return Page(children=(Label(id="agreement", text="用户协议全文"),))


def _code(state: State) -> Widget:
    boxes = tuple(
        Input(
            id=f"code{place}", key=f"code{place}", next_key=f"code{place + 1}" if place < 5 else "",
            max_length=1, keyboard="number", width=44, border="#C3C8D1", settable=False,
        )
        for place in range(6)
    )  # fmt: skip
    entered = "".join(state.text(f"code{place}") for place in range(6))
    name = Input(id="name", key="name", hint="姓名", border="#C3C8D1")
    passed = "验证通过" if entered == CODE else "请输入验证码"
    title = Label(id="passed", text=passed)
    return Page(padding=16, gap=16, children=(title, Row(gap=8, children=boxes), name))


def _news(state: State) -> Widget:
    times = state.number("times")
    rows = tuple(
        Label(id="first" if not row else "", text=f"第 {times} 版 消息 {row}", padding=16)
        for row in range(40)
    )
    spinner = (Spinner(),) if state.busy("refresh") else ()
    fresh = After(REFRESH_S, Set({"times": times + 1}), name="refresh")
    return Page(
        children=(Label(text="下拉可以刷新"), *spinner,
                  Scroll(id="news", grow=True, on_refresh=fresh, children=rows)),
    )  # fmt: skip


def _tabs(state: State) -> Widget:
    pages = tuple(
        Column(padding=16, children=(Label(id=f"page{at}", text=f"{name}页"),))
        for at, name in enumerate(TABS)
    )
    return Page(
        children=(
            Row(
                gap=16,
                children=tuple(
                    Label(text=name, selected=state.number("tab") == at)
                    for at, name in enumerate(TABS)
                ),
            ),
            Pager(id="pages", key="tab", grow=True, children=pages),
        )
    )


def _long(state: State) -> Widget:
    rows = tuple(
        Label(id="row", text=f"事项 {row}", height=60, on_tap=Set({"row": row}))
        for row in range(ROWS)
    )
    bar = Row(
        background="#FFFFFF",
        padding=12,
        gap=12,
        children=(Button(id="total", text="购物车", on_tap=Set({"bar": True}), grow=True),
                  Button(id="pay", text="去结算", on_tap=Set({"bar": True}), grow=True)),
    )  # fmt: skip
    chosen = Label(id="chosen", text=f"选了 {state.text('row', '无')}")
    over = Column(children=(Space(grow=True), bar))
    return Page(
        children=(chosen, Stack(grow=True, children=(Scroll(id="rows", children=rows), over)))
    )


def _barred(_: State) -> Widget:
    """A box with words of its own, of which a bar leaves the upper third to be touched."""
    words = "同意授权共享信息，用于本次办理"
    bar = Button(id="bar", text="提交", height=100, on_tap=Set({"bar": True}))
    box = Check(id="under", key="under", text=words, height=120)
    page, over = Column(children=(box,)), Column(children=(Space(height=40), bar))
    return Page(children=(Stack(grow=True, children=(page, over)),))


def _pushed(state: State) -> Widget:
    """A wheel and a box that lie elsewhere once the advert above them is gone."""
    close = Button(description="关闭广告", text="×", height=40, on_tap=Set({"advert": False}))
    advert = (Label(text="领红包", height=90), close) if state.flag("advert") else ()
    turned = _picker("month", [f"{each}月" for each in range(1, 13)])
    agree = Row(children=(Check(id="agree", key="agree"), Label(text="我已阅读")))
    return Page(padding=16, children=(*advert, turned, agree))


SCREENS: Mapping[str, Callable[[State], Widget]] = {
    "date": _date,
    "region": _region,
    "consent": _consent,
    "barred": _barred,
    "pushed": _pushed,
    "code": _code,
    "news": _news,
    "tabs": _tabs,
    "long": _long,
}

OPENED: Mapping[str, Action] = {"code": Sms("12345", f"验证码 {CODE}")}
"""What happens a moment after a screen has been opened."""

GESTURE_APP = App(
    package=PACKAGE,
    label="手势",
    icon="bank",
    color="#1677FF",
    screens=(
        Screen("home", _home),
        Screen("agreement", _agreement),
        *(
            Screen(name, view, on_open=After(LOADS_S, OPENED.get(name, Set({"loaded": True}))))
            for name, view in SCREENS.items()
        ),
    ),
    start="home",
    initial={"year": "2026年", "month": "11月", "hour": "09", "minute": "00"},
)
