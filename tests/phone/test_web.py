"""The web views of the phone: pages of a real Chromium inside an App."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
import websocket
from PIL import Image, ImageFont

from harness.clock import VirtualClock
from harness.phone import gestures
from harness.phone.apps import load
from harness.phone.device import Phone
from harness.phone.sample_city.h5 import PAGES, WEB
from harness.phone.scene import Rect
from harness.phone.system import crash_dialog
from harness.phone.text import FONTS
from harness.phone.web import NO_WEB_VIEW, Engine
from harness.phone.widgets import WebView
from tests.browser import needs_chromedriver, needs_chromium

ROOT = Path(__file__).parents[2]
PACKAGE = "com.example.samplecity"
ACTIVITY = ".TransitCardActivity"
NUMBER = "0000000000000001"
INPUT, QUERY = (180, 162), (180, 223)
"""The middles of the page's field and of its button, in CSS pixels."""
HERO, FORM_GROUND, BLUE = (11, 127, 181), (255, 255, 255), (20, 100, 232)


def until(holds: Callable[[], Any], within_s: float = 30) -> Any:
    """What is true in the end; fails when it never is."""
    deadline = time.monotonic() + within_s
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.05)
    return found


@contextmanager
def open_phone() -> Iterator[Phone]:
    clock = VirtualClock()
    phone = Phone(load(["sample_city"]), clock)
    try:
        phone.launch(PACKAGE)
        clock.sleep(3)
        phone.start_activity(PACKAGE, ACTIVITY)
        yield phone
    finally:
        phone.close()


@pytest.fixture
def phone() -> Iterator[Phone]:
    """A phone with the page of the H5 service on it."""
    with open_phone() as phone:
        until(phone.devtools)
        until(lambda: is_hero(color(phone, 2, 2)))
        yield phone


def room(phone: Phone) -> Rect:
    walk = phone.scene().windows[0].root.walk()
    return next(placed.box for placed in walk if isinstance(placed.widget, WebView))


def picture(phone: Phone) -> Image.Image:
    return Image.open(io.BytesIO(phone.picture_png())).convert("RGB")


def color(phone: Phone, x: float, y: float) -> Any:
    """The colour of the screen where the page has a point, in CSS pixels."""
    box = room(phone)
    return picture(phone).getpixel((box.left + round(3 * x), box.top + round(3 * y)))


def is_hero(color: Any) -> bool:
    """Whether it is the colour that the page's gradient begins in, which Chromium dithers."""
    return all(abs(one - other) <= 2 for one, other in zip(color, HERO, strict=True))


def tap(phone: Phone, x: float, y: float) -> None:
    box = room(phone)
    phone.touch(gestures.press(box.left + 3 * x, box.top + 3 * y))


def pages(phone: Phone) -> Any:
    [socket] = phone.devtools()
    return httpx2.get(f"http://{socket.host}:{socket.port}/json/list").json()


def url(phone: Phone) -> str:
    return str(pages(phone)[0]["url"])


def blue_ink(phone: Phone) -> int:
    """How many pixels of the page's card are in the App's blue."""
    box = room(phone)
    card = picture(phone).crop((box.left + 48, box.top + 280, box.right - 48, box.top + 800))
    colors = card.getcolors(card.width * card.height) or []
    return sum(count for count, color in colors if color == BLUE)


# --- the picture ----------------------------------------------------------------------------------


@needs_chromium
def test_the_page_fills_the_web_view_to_the_pixel_below_the_title_bar(phone: Phone) -> None:
    screen, box = picture(phone), room(phone)
    assert (box.left, box.right) == (0, screen.width)
    assert box.top == 3 * (28 + 48)
    assert screen.getpixel((2, box.top - 1)) == (255, 255, 255)
    assert is_hero(screen.getpixel((2, box.top)))
    assert screen.getpixel((3 * 180, box.top + 3 * 120)) == FORM_GROUND
    ground = (244, 246, 250)
    assert screen.getpixel((2, box.bottom - 2)) == screen.getpixel((2, box.bottom + 20)) == ground


@needs_chromium
def test_the_picture_changes_with_the_page_though_nothing_happens_on_the_phone(
    phone: Phone,
) -> None:
    before, scene = phone.picture_png(), phone.scene()
    [socket] = phone.devtools()
    target = f"ws://{socket.host}:{socket.port}/devtools/page/{pages(phone)[0]['id']}"
    script = "document.body.style.background = 'rgb(1, 2, 3)'"
    evaluate(target, script)
    until(lambda: color(phone, 2, 500) == (1, 2, 3))
    assert phone.picture_png() != before
    assert phone.scene() is scene


def evaluate(target: str, script: str) -> None:
    page = websocket.create_connection(target, timeout=20, suppress_origin=True)
    command = {"id": 1, "method": "Runtime.evaluate", "params": {"expression": script}}
    page.send(json.dumps(command))
    page.recv()
    page.close()


@needs_chromium
def test_a_dialog_of_the_system_lies_over_the_page(phone: Phone) -> None:
    before = color(phone, 2, 500)
    phone._show_system_dialog(crash_dialog(phone.apps[PACKAGE]), PACKAGE)
    assert color(phone, 2, 500) == tuple(round(0.55 * level) for level in before)


# --- fingers and keys -----------------------------------------------------------------------------


@needs_chromium
def test_a_finger_and_a_keyboard_reach_the_page_and_back_leads_through_it(phone: Phone) -> None:
    tap(phone, *INPUT)
    phone.type_keys(NUMBER[:-1] + "x")
    phone.press(67)  # takes the last character back
    phone.type_keys(NUMBER[-1])
    tap(phone, *QUERY)
    until(lambda: url(phone).endswith("#answer"))
    phone.back()
    until(lambda: not url(phone).endswith("#answer"))
    assert phone.foreground() == (PACKAGE, ACTIVITY)
    phone.back()
    assert phone.foreground() != (PACKAGE, ACTIVITY)
    assert phone.devtools() == ()


@needs_chromium
def test_the_enter_key_is_the_pages_too(phone: Phone) -> None:
    tap(phone, *INPUT)
    phone.type_keys(NUMBER)
    phone.press(66)
    until(lambda: url(phone).endswith("#answer"))
    until(lambda: blue_ink(phone) > 3000)  # the balance, in large figures


@needs_chromium
def test_what_is_wrong_with_a_number_stands_below_it(phone: Phone) -> None:
    tap(phone, *INPUT)
    phone.type_keys("12")
    tap(phone, *QUERY)
    red = (212, 48, 43)
    until(lambda: red in {c for _, c in picture(phone).getcolors(1 << 24) or []})
    assert not url(phone).endswith("#answer")


# --- DevTools, as Android has them ----------------------------------------------------------------


@needs_chromium
def test_devtools_listen_where_proc_net_unix_says_and_name_the_app(phone: Phone) -> None:
    [socket] = phone.devtools()
    pid = int(socket.name.removeprefix("webview_devtools_remote_"))
    assert pid > 4200
    # As the UiAutomator2 driver reads the line.
    *_, flags, _type, state, _inode, path = socket.proc_net_unix().split()
    assert (flags, state, path) == ("00010000", "01", f"@{socket.name}")
    version = httpx2.get(f"http://{socket.host}:{socket.port}/json/version").json()
    assert version["Android-Package"] == PACKAGE
    assert re.match(r"Chrome/\d+", version["Browser"])
    [page] = pages(phone)
    assert page["type"] == "page"
    assert page["title"] == "公交卡余额查询"


@needs_chromium
def test_a_request_that_is_none_leaves_the_gate_open(phone: Phone) -> None:
    [devtools] = phone.devtools()
    base = f"http://{devtools.host}:{devtools.port}"
    assert httpx2.get(f"{base}/nothing").status_code == 404
    with httpx2.Client(base_url=base) as client:
        assert [client.get("/json/version").status_code for _ in range(3)] == [200] * 3


@needs_chromium
@needs_chromedriver
def test_chromedriver_drives_the_page_that_the_phone_shows(phone: Phone) -> None:
    with chromedriver() as base:
        options = {"debuggerAddress": f"127.0.0.1:{port_behind_the_gate()}"}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        session = httpx2.post(f"{base}/session", json=wanted, timeout=30).json()["value"]
        ask = f"{base}/session/{session['sessionId']}"

        def find(css: str) -> str:
            asked = {"using": "css selector", "value": css}
            found = httpx2.post(f"{ask}/element", json=asked, timeout=30).json()["value"]
            return f"{ask}/element/{next(iter(found.values()))}"

        httpx2.post(f"{find('#card_number')}/value", json={"text": NUMBER}, timeout=30)
        httpx2.post(f"{find('#query')}/click", json={}, timeout=30)
        until(lambda: httpx2.get(f"{find('#balance')}/text").json()["value"] == "36.20")
        until(lambda: blue_ink(phone) > 3000)
        httpx2.delete(ask, timeout=30)
    assert phone.foreground() == (PACKAGE, ACTIVITY)


def port_behind_the_gate() -> str:
    """Chromium's own port: of what says that it is Android's, chromedriver wants an adb."""
    given = "--user-data-dir="
    words = (word for process in chromiums(os.getpid()) for word in process.cmdline())
    profile = next(word.removeprefix(given) for word in words if word.startswith(given))
    return Path(profile, "DevToolsActivePort").read_text().split()[0]


@contextmanager
def chromedriver() -> Iterator[str]:
    process = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        found = (re.search(r"on port (\d+)\.", line) for line in process.stdout)
        port = next(filter(None, found))[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


# --- the end --------------------------------------------------------------------------------------


@needs_chromium
def test_chromium_ends_with_the_app(phone: Phone) -> None:
    mine = chromiums(os.getpid())
    assert mine
    phone.terminate(PACKAGE)
    until(lambda: not any(process.is_running() for process in mine))
    assert phone.devtools() == ()


@needs_chromium
def test_a_chromium_that_dies_is_started_again(phone: Phone) -> None:
    [socket] = phone.devtools()
    for process in chromiums(os.getpid()):
        with suppress(psutil.NoSuchProcess):  # ended with the one that started it
            process.kill()
    until(lambda: [each.port for each in phone.devtools()] not in ([], [socket.port]))
    until(lambda: is_hero(color(phone, 2, 2)))


PHONE = """
import sys, time
from harness.phone.apps import load
from harness.phone.clock import RealClock
from harness.phone.device import Phone
phone = Phone(load(["sample_city"]), RealClock())
phone.start_activity("com.example.samplecity", ".TransitCardActivity")
while not phone.devtools():
    time.sleep(0.05)
print("shown", flush=True)
time.sleep(120)
"""


@needs_chromium
def test_chromium_ends_with_a_phone_that_is_killed() -> None:
    process = subprocess.Popen([sys.executable, "-c", PHONE], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"shown\n"
    family = chromiums(process.pid)
    assert family
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    until(lambda: not any(each.is_running() for each in family))


@needs_chromium
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_chromium_ends_with_the_process_that_watches_over_it() -> None:
    engine = Engine.start(PACKAGE)
    try:
        until(partial(listens, engine))
        keeper, *family = chromiums(os.getpid())
        assert family
        keeper.kill()
        until(lambda: not any(each.is_running() for each in family))
    finally:
        engine.close()


def chromiums(pid: int) -> list[psutil.Process]:
    """The process that watches over Chromium below a process, then Chromium's own."""
    below = psutil.Process(pid).children(recursive=True)
    keepers = [each for each in below if "harness.phone.chromium" in each.cmdline()]
    return [each for keeper in keepers for each in (keeper, *keeper.children(recursive=True))]


# --- without Chromium -----------------------------------------------------------------------------


def test_a_phone_without_chromium_says_so_in_its_web_view(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with open_phone() as phone:
        assert f'class="android.webkit.WebView" text="{NO_WEB_VIEW}"' in phone.source()
        assert phone.devtools() == ()
        box = room(phone)
        shown = picture(phone).crop((box.left, box.top, box.right, box.bottom))
        assert len(shown.getcolors(1 << 24) or []) > 2  # white, and grey words


def test_screens_without_a_web_view_know_of_no_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nobody asked for a web page")

    monkeypatch.setattr("harness.phone.web.find_program", refuse)
    clock = VirtualClock()
    phone = Phone(load(["sample_city"]), clock)
    phone.launch(PACKAGE)
    clock.sleep(3)
    phone.picture_png()
    phone.source()
    phone.terminate(PACKAGE)


def test_the_pages_need_nothing_from_elsewhere_and_only_letters_that_the_phone_has() -> None:
    font = ImageFont.truetype(str(FONTS / "NotoSansSC-Regular.otf"), 32)
    missing = bytes(font.getmask("\U0010fffe"))
    assert {path.name for path in WEB.glob("*.html")} == set(PAGES.values())
    for path in WEB.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert [c for c in sorted(set(text) - {"\n"}) if bytes(font.getmask(c)) == missing] == []


@needs_chromium
def test_chromium_leaves_no_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    # Not pytest's own folder: the path of a socket may have some hundred characters.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        engine = Engine.start(PACKAGE)
        try:
            until(partial(listens, engine))
            assert list(Path(folder).iterdir())
        finally:
            engine.close()
        until(lambda: not list(Path(folder).iterdir()))


def listens(engine: Engine) -> bool:
    """Whether its Chromium can be spoken to."""
    engine.keep({})
    return engine.address is not None
