"""A person at the page of `python -m harness inspect`: points at what is seen, names it, acts."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Page, Response, expect

ROOT = Path(__file__).parents[1]
EMPTY = """\
# yaml-language-server: $schema=../../docs/schema/profile.schema.json
id: sample_city
name: {zh: 样例市民云, en: Sample City}
city: 样例市
level: municipality
android: {package: com.example.samplecity}
verified: {package: never, elements: simulated}
sandbox: true       # 提交不会到达任何人 / a commit reaches nobody
elements: {}
"""
"""The profile of the sample App with nothing in it."""
COMES_WITHIN_MS = 15_000
ANSWERS_WITHIN_MS = 3_000
GLANCES_EVERY_MS = 50
TRIES = 4
STILL_MS = 800
HAS_MOVED = 409
CLIMBS = 8
"""Levels from the innermost element to the one that is meant, at most."""

Node = dict[str, Any]


def project(folder: Path, profile: str = EMPTY) -> Path:
    """A project with the tasks of this one, and one App."""
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    for path in (folder / "scenarios" / "apps").iterdir():
        path.unlink()
    (folder / "scenarios" / "apps" / "sample_city.yaml").write_text(profile, encoding="utf-8")
    devices = "default: phone\ndevices:\n  phone: {kind: simulated, apps: [sample_city]}\n"
    (folder / "devices.yaml").write_text(devices, encoding="utf-8")
    return folder


class Inspection:
    """`python -m harness inspect` as a process."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        command = (sys.executable, "-m", "harness", "inspect", "--no-browser")
        self._process = subprocess.Popen(
            (*command, "--project", str(root), *options),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        found = re.search(r"http\S+", said)
        assert found is not None, said + self._process.stdout.read()
        self.url = found[0]

    @property
    def process(self) -> int:
        """Its number."""
        return self._process.pid

    def end(self, number: int = signal.SIGINT) -> int:
        """Ends it as Ctrl-C does; returns the exit code."""
        self._process.send_signal(number)
        return self._process.wait(30)

    def rest(self) -> str:
        """What else it has said, once it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Person:
    """Somebody at the page, who sees what it shows and has a mouse and a keyboard."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._base = url.partition("?")[0]
        page.goto(url)
        expect(page.locator("#picture")).to_have_attribute("src", re.compile("/api/picture/"))

    # --- seeing

    def ask(self, what: str) -> Any:
        """What the page would be told."""
        return self.page.request.get(f"{self._base}api/{what}").json()

    def ask_to(self, what: str, **said: object) -> None:
        """Lets something be done from another page."""
        origin = self._base.rstrip("/")
        answer = self.page.request.post(
            f"{self._base}api/do/{what}", data=said, headers={"origin": origin}
        )
        assert answer.ok, answer.text()

    def see(self, **what: object) -> Node | None:
        """The first element that is like this on the screen that the page shows."""
        number = (self.page.locator("#picture").get_attribute("src") or "").rpartition("/")[2]
        answer = self.page.request.get(f"{self._base}api/screen/{number}")
        nodes = answer.json()["nodes"] if answer.ok else []
        like = (node for node in nodes if all(node[key] == value for key, value in what.items()))
        return next(like, None)

    def wait(self, **what: object) -> Node:
        """Waits for an element."""
        assert self._come(lambda: self.see(**what)), f"{what} has not come"
        return self.see(**what) or self.wait(**what)

    def _come(self, look: Callable[[], object], within_ms: int = COMES_WITHIN_MS) -> bool:
        for _ in range(within_ms // GLANCES_EVERY_MS):
            if look():
                return True
            self.page.wait_for_timeout(GLANCES_EVERY_MS)
        return False

    def let_settle(self) -> None:
        """Waits until the picture stays as it is for a while."""
        last, since = "", 0
        while since < STILL_MS:
            self.page.wait_for_timeout(GLANCES_EVERY_MS)
            now = self.page.locator("#picture").get_attribute("src") or ""
            since = since + GLANCES_EVERY_MS if now == last else 0
            last = now

    def scroll_to(self, **what: str) -> None:
        """Swipes up until an element is there, all of it."""
        for _ in range(12):
            node = self.see(**what)
            if node is not None and node["box"][3] < BOTTOM:
                return
            before = self.page.locator("#picture").get_attribute("src")
            self.page.get_by_label("上滑 swipe up").click()
            expect(self.page.locator("#picture")).not_to_have_attribute("src", before or "")
            self.page.wait_for_timeout(300)
        raise AssertionError(f"{what} is not to be scrolled to")

    # --- pointing and naming

    def point(self, **what: object) -> None:
        """Clicks an element, and climbs to it where another lies in its middle."""
        for _ in range(TRIES):  # the screen may move away under the mouse, as under a person's
            node = self.wait(**what)
            self._click(node["box"])
            for _ in range(CLIMBS):
                if self._holds("#something", node):
                    break
                self.page.keyboard.press("ArrowUp")
            if self._come(partial(self._holds, "#candidates", node), ANSWERS_WITHIN_MS):
                return
        raise AssertionError(f"{what} was not to be pointed at")

    def _holds(self, part: str, node: Node) -> bool:
        return self.page.locator(part).get_attribute("data-index") == str(node["index"])

    def _click(self, box: list[int]) -> None:
        glass = self.page.locator("#glass").bounding_box()
        assert glass is not None
        left, top, right, bottom = box
        self.page.mouse.click(
            glass["x"] + (left + right) / 2 / WIDTH * glass["width"],
            glass["y"] + (top + bottom) / 2 / HEIGHT * glass["height"],
        )

    def name(self, name: str, **what: str) -> None:
        """Points at an element and names it, by the locator that the page holds best."""
        self.point(**what)
        self.page.fill("#name", name)
        self.add(name)

    def add(self, said: str) -> None:
        """Presses the button, and sees that it was written."""
        self._acts(lambda: self.page.click("#save"))
        notice = self.page.locator("#notice")
        written = f"已写入 written: {said}"
        assert self._come(lambda: (notice.text_content() or "").split("\n")[0] == written), said

    def _acts(self, act: Callable[[], None]) -> None:
        answer = self._answers(act)
        assert answer.ok, answer.text()

    def _answers(self, act: Callable[[], None]) -> Response:
        with self.page.expect_response("**/api/do/*") as answer:
            act()
        assert answer.value.ok or answer.value.status == HAS_MOVED, answer.value.text()
        return answer.value

    def tick(self, locator: str) -> None:
        """Chooses one locator instead of the one that is chosen."""
        boxes = self.page.locator("#candidates input")
        for box in boxes.all():
            if box.is_checked():
                box.uncheck()
        self.page.locator("#candidates label", has_text=locator).locator("input").check()

    def use_as(self, kind: str) -> None:
        """Chooses what the element is used as."""
        self.page.locator(f"input[name=as][value={kind}]").check()

    # --- acting

    def tap(self, **what: object) -> None:
        """Points at an element and taps it."""
        for _ in range(TRIES):
            self.point(**what)
            if self._answers(lambda: self.page.click("#tap")).status != HAS_MOVED:
                return
            self.let_settle()
        raise AssertionError(f"{what} never stood still")

    def type(self, text: str, **what: str) -> None:
        """Points at a field and types."""
        self.point(**what)
        self.page.fill("#text", text)
        self._acts(lambda: self.page.press("#text", "Enter"))

    def back(self) -> None:
        """Presses the back key."""
        self._acts(self.page.get_by_label("返回 back").click)

    def begin_afresh(self) -> None:
        """Begins to record a walk, which begins with a fresh App."""
        self.page.click("#tab-walk")
        record = self.page.locator("#record")
        if record.get_attribute("aria-pressed") == "true":
            self._acts(record.click)
            expect(record).to_have_attribute("aria-pressed", "false")
        self._acts(record.click)
        self.let_settle()  # what is shown may still be of before

    def run(self, *steps: str) -> None:
        """Runs steps from where the App is, and sees that they were done."""
        self.page.click("#tab-steps")
        self.page.fill("#step", "\n".join(f"- {step}" for step in steps))
        self.page.click("#run button")
        told = self.page.locator("#ran h4, #ran pre")
        expect(told.first).to_be_visible(timeout=90_000)
        assert "completed" in told.first.inner_text(), self.page.locator("#ran").inner_text()


WIDTH, HEIGHT = 1080, 2400
BOTTOM = 2150
"""In pixels: below lie bars that an App may have there."""
