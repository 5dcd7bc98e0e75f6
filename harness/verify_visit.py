"""Walks the screens of an App with a tester, for `python -m harness verify-profile`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.prompt import Prompt

from harness.clock import Clock
from harness.commit_points import read_commits
from harness.driver import Driver
from harness.errors import UsageError
from harness.finder import Finder
from harness.guard import guard_of
from harness.guarded_driver import GuardedDriver
from harness.leases import Holder, Leases, forget_run
from harness.model import AppProfile, Locator, Name, Words
from harness.problem import join, listed, suggest
from harness.profile_file import ProfileFile
from harness.project import Project
from harness.sessions import Sessions
from harness.stations import Outfit
from harness.store import Run
from harness.verification import Verification, screens_of, show, walk_tabs, write_down

STARTS_WITHIN_S = 3.0
"""What an App is given to show its first screen."""

Ask = Callable[[str], str]
"""Puts a request to the tester and returns the answer: empty, `s` to skip, `q` to end, `y`."""


@dataclass(frozen=True)
class Visit:
    """What a visit is about.

    Attributes:
        app: the App whose profile is verified.
        device: on which it is.
        screens: that are visited; all of them when empty.
        run: whose attempts have found elements as well.
    """

    project: Project
    app: Name
    device: Name
    screens: tuple[str, ...]
    run: Run | None
    clock: Clock


def ask_at_terminal(request: str) -> str:
    """Asks at the terminal."""
    return Prompt.ask(request, default="", show_default=False)


def verify(visit: Visit, console: Console, ask: Ask | None) -> bool:
    """Walks, shows what was found, and writes it down; whether everything was found.

    Args:
        visit: what it is about.
        console: for what is found.
        ask: the tester; None to look at what is in front and behind its tabs only.

    Raises:
        UsageError: there is no such profile or screen, or the profile has changed meanwhile.
        DeviceTrouble: the phone cannot be reached, or no longer answers.
    """
    file = ProfileFile.read(visit.project.root, visit.app)
    wanted = _screens(visit, file.profile)
    with _driver(visit, console) as driver:
        verification = _walk(visit, file.profile, driver, wanted, console, ask)
    show(verification, console, wanted)
    if verification.alike and ask is not None:
        question = "把建议的定位也写进去 write the proposed locators too?"
        mends = _mends(verification) if _agrees(ask, question) else {}
    else:
        mends = {}
    if ask is None or _agrees(ask, f"写进 write into {file.document.path}?"):
        _write(visit, file, verification, mends, console)
    return not verification.missing


def _agrees(ask: Ask, question: str) -> bool:
    return ask(f"{question} y/N") in ("y", "Y", "yes", "是")


def _screens(visit: Visit, profile: AppProfile) -> dict[str, tuple[str, ...]]:
    """The screens that are visited, with their elements."""
    known = screens_of(profile)
    for name in visit.screens:
        if name not in known:
            raise UsageError(f"--screen {name}: {_say_no_screen(name, profile, known)}")
    return {name: known[name] for name in visit.screens or known}


def _say_no_screen(name: str, profile: AppProfile, known: Collection[str]) -> Words:
    screens = listed(known)
    none = Words(zh=f"{profile.id} 没有以此开头的元素", en=f"no element of {profile.id} begins so")
    others = Words(zh=f"；界面有：{screens.zh}", en=f"; screens are: {screens.en}")
    return join(none, suggest(name, known) or others)


@contextmanager
def _driver(visit: Visit, console: Console) -> Iterator[Driver]:
    """A session on a phone of the device that nobody else is on, for as long as it is leased."""
    project, run = visit.project, f"verify-{os.getpid()}"
    devices = project.devices.devices
    holder = Holder(run=run, worker="verify", process=os.getpid())
    packages = {app: each.value.android.package for app, each in project.profiles.items()}
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.callback(forget_run, run)
        outfit = Outfit(packages, project.root, visit.clock, logs)
        sessions = stack.enter_context(Sessions(devices, outfit))
        leases = Leases(devices, holder, visit.clock, leave=sessions.leave, tell=console.print)
        phone = stack.enter_context(leases).phone(visit.device)
        yield sessions.driver(phone)


def _walk(
    visit: Visit,
    profile: AppProfile,
    driver: Driver,
    screens: Mapping[str, tuple[str, ...]],
    console: Console,
    ask: Ask | None,
) -> Verification:
    """Looks for the elements: behind the tabs, then wherever the tester leads."""
    verification = Verification(profile, simulated=driver.simulated)
    if visit.run is not None:
        verification.learn(one for one in visit.run.attempts if one.app == visit.app)
    guarded = GuardedDriver(driver, guard_of(profile, read_commits(visit.project)))
    finder = Finder(guarded, profile)
    driver.launch(profile.android.package, profile.android.activity)
    visit.clock.sleep(STARTS_WITHIN_S)
    walk_tabs(verification, guarded, finder, visit.clock.sleep)
    for screen, names in screens.items() if ask is not None else ():
        while left := [name for name in names if name not in verification.found]:
            answer = ask(_request(screen, left)) if ask is not None else "q"
            if answer == "q":
                return verification
            if answer == "s":
                break
            found = verification.look(finder, driver.hierarchy(), left)
            console.print(f"  看到 found {len(found)}: {', '.join(found) or '–'}", highlight=False)
    return verification


def _request(screen: str, left: Sequence[str]) -> str:
    return (
        f"{screen}: {', '.join(left)}\n请把手机带到这一屏，再按回车（s 跳过，q 结束）/ bring the "
        "phone to this screen, then press Enter (s skips it, q ends)"
    )


def _mends(verification: Verification) -> dict[str, Locator]:
    return {name: like.locator for name, like in verification.alike.items()}


def _write(
    visit: Visit,
    file: ProfileFile,
    verification: Verification,
    mends: Mapping[str, Locator],
    console: Console,
) -> None:
    """The profile's file as it will be, whole or not at all: the places are those that were read.

    Raises:
        UsageError: it has changed since.
    """
    document = file.document
    on = None if verification.simulated else visit.clock.now().date()
    changed = file.change(
        lambda text: write_down(
            document, text, verification, on=on, mends=mends, whole=not visit.screens
        )
    )
    said = "已写入 written" if changed else "没有改动 unchanged"
    console.print(f"{said}: {document.path}", highlight=False)
