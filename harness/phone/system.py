"""What Android itself shows: launcher, launch windows, the notification shade, its dialogs.

They are declared with the same widgets as Apps. Their texts and ids are those of
Android in Chinese, so that an App profile may name them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from harness.phone.app import Action, After, App, Dialog, Screen, State
from harness.phone.widgets import Button, Column, Grid, Icon, Label, Page, Space, Widget

LAUNCHER = "com.android.launcher3"
ANDROID = "android"
PERMISSIONS = "com.android.permissioncontroller"
"""Whose window asks leave for an App; unlike other dialogs of the system, it is an activity."""
WIFI = "com.android.wifi.dialog"
SYSTEM_UI = "com.android.systemui"
ACTIVITIES: Mapping[str, str] = {
    PERMISSIONS: ".permission.ui.GrantPermissionsActivity",
    WIFI: ".WifiDialogActivity",
}
"""Of those whose windows are activities: they count as the App in front."""


# --- what only the system does -----------------------------------------------------------------


@dataclass(frozen=True)
class Launch(Action):
    """Brings an App to the front, starting it if need be."""

    package: str


@dataclass(frozen=True)
class CloseApp(Action):
    """Ends an App's process and the dialog about it."""

    package: str


@dataclass(frozen=True)
class CloseDialog(Action):
    """Closes the dialogs of the system about an App, by one of their buttons."""

    package: str
    button: str = ""


@dataclass(frozen=True)
class KeepWaiting(Action):
    """Gives an App that does not answer another five seconds."""

    package: str


# --- its windows -------------------------------------------------------------------------------


def launcher(apps: Sequence[App]) -> App:
    """The home screen, with an icon for every App."""
    return App(
        package=LAUNCHER,
        label="桌面",
        icon="apps",
        color="#2B3A55",
        screens=(Screen("launcher", partial(_home, tuple(apps))),),
        start="launcher",
    )


def launch_screen(app: App) -> Screen:
    """What stands in for an App's first screen until its process is up."""
    return Screen(app.start, partial(_launch_window, app))


def crash_dialog(app: App) -> Dialog:
    """The App's process has died."""
    buttons = (
        _choice("aerr_close", "关闭应用", CloseApp(app.package)),
        _choice("aerr_restart", "重新启动", Launch(app.package)),
    )
    return Dialog("crash", partial(_notice, f"{app.label} 已停止运行", buttons), dismissable=False)


def not_responding_dialog(app: App) -> Dialog:
    """The App has not taken an input for five seconds."""
    buttons = (
        _choice("aerr_close", "关闭应用", CloseApp(app.package)),
        _choice("aerr_wait", "等待", KeepWaiting(app.package)),
    )
    return Dialog("anr", partial(_notice, f"{app.label} 没有响应", buttons), dismissable=False)


def permission_dialog(app: App, late_s: float = 0.0) -> Dialog:
    """Android asks whether the App may know where the phone is; it closes so late after a tap."""
    title = f"要允许“{app.label}”获取此设备的位置信息吗？"
    content = (
        Label(id="permission_message", text=title, size=19, bold=True),
        _closing(app, "permission_allow_foreground_only_button", "仅在使用中允许", late_s),
        _closing(app, "permission_deny_button", "不允许", late_s),
    )
    return Dialog("permission", partial(_card, content), dismissable=False)


def network_dialog(app: App, late_s: float = 0.0) -> Dialog:
    """Android says that the network leads nowhere, and asks whether to stay with it."""
    buttons = (
        _closing(app, "android:id/button1", "保持连接", late_s),
        _closing(app, "android:id/button2", "取消", late_s),
    )
    return Dialog("network", partial(_notice, "“样例”无法访问互联网", buttons), dismissable=False)


def shade(app: App) -> Dialog:
    """The notification shade, pulled down over the App; the back key closes it."""
    entries = tuple(Label(text=text, padding=16) for text in ("Wi-Fi 已连接", "没有新通知"))
    return Dialog("shade", partial(_shade, entries))


def notice_dialog(app: App, text: str) -> Dialog:
    """Android has something to say, which has nothing to do with the App under it."""
    buttons = (_closing(app, "button1", "知道了", 0.0),)
    return Dialog("notice", partial(_notice, text, buttons), dismissable=False)


def _closing(app: App, name: str, text: str, late_s: float) -> Widget:
    close = CloseDialog(app.package, name)
    return _choice(name, text, After(late_s, close) if late_s else close)


def _home(apps: tuple[App, ...], state: State) -> Widget:
    icons = Grid(
        columns=4, gap=20, padding=(24, 12), children=tuple(_shortcut(app) for app in apps)
    )
    return Page(
        top="#2B3A55",
        status_light=True,
        gradient=("#2B3A55", "#6C8EBF"),
        children=(Space(height=64), icons, Space(grow=True)),
    )


def _shortcut(app: App) -> Widget:
    return Column(
        align="center",
        gap=6,
        id="icon",
        description=app.label,
        on_tap=Launch(app.package),
        children=(
            _tile(app, 56, 14),
            Label(text=app.label, size=13, color="#FFFFFF", align="center", lines=1),
        ),
    )


def _tile(app: App, size: float, radius: float) -> Widget:
    return Column(
        width=size,
        height=size,
        radius=radius,
        background=app.color,
        align="center",
        pack="center",
        children=(Icon(name=app.icon, size=size * 0.6, color="#FFFFFF"),),
    )


def _launch_window(app: App, state: State) -> Widget:
    return Page(
        align="center",
        pack="center",
        background="#FFFFFF",
        gap=16,
        children=(_tile(app, 96, 24), Label(text=app.label, size=20, bold=True)),
    )


def _choice(name: str, text: str, action: Action) -> Widget:
    return Button(id=name, text=text, style="plain", on_tap=action)


def _notice(title: str, buttons: tuple[Widget, ...], state: State) -> Widget:
    return _card((Label(id="alertTitle", text=title, size=19, bold=True), *buttons), state)


def _card(content: tuple[Widget, ...], state: State) -> Widget:
    return Column(background="#FFFFFF", radius=20, padding=20, gap=8, children=content)


def _shade(entries: tuple[Widget, ...], state: State) -> Widget:
    return Column(
        id="notification_panel",
        width=360,
        background="#F2F4F7",
        children=(Column(id="notification_stack_scroller", children=entries),),
    )
