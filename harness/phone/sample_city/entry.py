"""The way in: the splash screen, the privacy consent of the first start, the advert."""

from __future__ import annotations

import math
from functools import partial

from harness.phone.app import (
    Action,
    After,
    Back,
    Close,
    Decide,
    Dialog,
    Do,
    Open,
    Root,
    Screen,
    Set,
    State,
    Toast,
)
from harness.phone.sample_city import plants
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.session import to_home
from harness.phone.sample_city.theme import (
    CARD,
    GROUND,
    PRIMARY,
    RED,
    TEXT_SECOND,
    button,
    card,
    dialog_box,
    page,
    second_button,
)
from harness.phone.widgets import Column, Illustration, Label, Page, Row, Space, Stack, Widget

ADVERT_COUNT_S = 3
ADVERT_STAYS_S = 8.0

_PRIVACY = (
    "欢迎使用样例市民云！我们重视您的个人信息保护。使用前请阅读并同意"
    "《用户协议》和《隐私政策》。我们仅在您办理事项时，收集所必需的信息，"
    "未经您同意不会向第三方提供。"
)
_POLICY = (
    ("一、收集的信息", "办理事项所需的姓名、证件号码和手机号，仅用于本次办理。"),
    ("二、信息的保存", "信息保存在样例市政务云，保存期限为办结后二年。"),
    ("三、您的权利", "您可以查阅、更正、删除个人信息，也可以注销账号。"),
    ("四、联系我们", "对个人信息保护有疑问的，请拨打 12345。"),
)


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of the way in."""
    into = _enter(edition)
    splash = Screen("splash", _splash, on_open=_start(into))
    policy = Screen("privacy_policy", _privacy_policy)
    if not edition.has(plants.ADVERT_AT_START):
        return (splash, policy)
    leave = After(ADVERT_STAYS_S, to_home(), name="advert")
    return (splash, policy, Screen("advert", _advert, on_open=leave))


def dialogs(edition: Edition) -> tuple[Dialog, ...]:
    """The dialogs of the way in."""
    return (Dialog("privacy", partial(_privacy, _enter(edition)), dismissable=False),)


def _enter(edition: Edition) -> Action:
    """What follows the splash screen."""
    return Root("advert") if edition.has(plants.ADVERT_AT_START) else to_home()


def _start(enter: Action) -> Action:
    """Forgets what lasts for one start only, then asks for consent or goes in."""
    ask = Decide(lambda state: enter if state.flag("consented") else Open("privacy"))
    return Do(
        Set({"home_loaded": False, "update_seen": False, "advert_closed": False}),
        After(1.0, ask, name="start"),
    )


def _splash(state: State) -> Widget:
    return Page(
        top=PRIMARY,
        status_light=True,
        gradient=(PRIMARY, "#3E8BFF"),
        children=(
            Space(grow=True),
            Column(
                align="center",
                gap=12,
                children=(
                    Column(
                        width=96,
                        height=96,
                        radius=24,
                        background=CARD,
                        align="center",
                        pack="center",
                        children=(Illustration(name="skyline", width=72, height=56, tint=PRIMARY),),
                    ),
                    Label(text="样例市民云", size=30, bold=True, color="#FFFFFF", align="center"),
                    Label(text="一个城市，一个入口", size=16, color="#FFFFFF", align="center"),
                ),
            ),
            Space(grow=True),
            Illustration(name="skyline", height=120, tint="#FFFFFF"),
            Label(
                text="样例市大数据局（虚构）",
                size=12,
                color="#FFFFFF",
                align="center",
                padding=(16, 0),
            ),
        ),
    )


def _privacy(enter: Action, state: State) -> Widget:
    refuse = Do(Toast("需要同意后才能使用"), Close(), Back())
    agree = Do(Close(), Set({"consented": True}), enter)
    return dialog_box(
        "用户协议和隐私政策",
        Label(text=_PRIVACY, size=15, color=TEXT_SECOND, line_spacing=1.5),
        buttons=(
            second_button("不同意", refuse, id="privacy_refuse", grow=True),
            button("同意并继续", agree, id="privacy_agree", grow=True),
        ),
    )


def _privacy_policy(state: State) -> Widget:
    parts = (
        card(
            Label(text=title, size=16, bold=True),
            Label(text=text, size=15, color=TEXT_SECOND, line_spacing=1.5),
            gap=6,
        )
        for title, text in _POLICY
    )
    return page("隐私政策", *parts)


# --- the advert -----------------------------------------------------------------------------------


def _advert(state: State) -> Widget:
    left = max(0, ADVERT_COUNT_S - math.floor(state.now_s))
    skip = Label(
        text=f"跳过 {left}s" if left else "跳过",
        id="advert_skip",
        size=13,
        color="#FFFFFF",
        background="#5A5A5A",
        radius=14,
        padding=(4, 12),
        align="center",
        on_tap=to_home(),
    )
    poster = Column(
        children=(
            Stack(grow=True, children=(Illustration(name="advert", tint="#E5484D"), _slogan())),
            Column(
                background=CARD,
                padding=(20, 16),
                gap=4,
                children=(
                    Label(text="样例市民云", size=20, bold=True, color=PRIMARY, align="center"),
                    Label(text="广告", size=12, color=TEXT_SECOND, align="center"),
                ),
            ),
        )
    )
    top = Column(children=(Row(pack="end", padding=(12, 16), children=(skip,)),))
    return Page(top=GROUND, children=(Stack(grow=True, children=(poster, top), id="advert_page"),))


def _slogan() -> Column:
    """What the advert says, on the two bars of its picture."""
    return Column(
        children=(
            Space(height=497),
            Label(text="金秋惠民节  好礼等你拿", size=20, bold=True, color=RED, align="center"),
            Space(height=26),
            Label(text="10.1—10.31", size=14, color="#FFFFFF", align="center"),
        )
    )
