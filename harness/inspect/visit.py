"""An inspection from its beginning to its end: leases the phone, opens it, serves its page."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from harness.clock import Clock
from harness.door import listen, serve
from harness.errors import UsageError
from harness.inspect.bench import Bench
from harness.inspect.files import create_profile
from harness.inspect.held_phone import Held
from harness.inspect.server import application
from harness.leases import Holder, Leases, forget_run
from harness.model import Name, Words, phones_of
from harness.processes.folders import per_user
from harness.profile_file import ProfileFile
from harness.project import Asked, Project
from harness.sessions import Sessions
from harness.stations import Outfit

COMMAND = "python -m harness inspect"
Ask = Callable[[str], str]
"""Which package is meant, given the one in front."""


@dataclass(frozen=True)
class Wish:
    """What is to be inspected.

    Attributes:
        asked: the device, and the App unless it is new.
        new_app: the id of an App that has no profile yet; empty where there is one.
        allow_commit: whether commit points may be tapped, in a sandbox.
    """

    asked: Asked
    new_app: Name = ""
    allow_commit: bool = False


def visit(
    project: Project,
    wish: Wish,
    clock: Clock,
    *,
    which_package: Ask,
    ready: Callable[[str], None],
    tell: Callable[[str], None],
) -> None:
    """Serves the inspection of a phone until Ctrl-C; nothing that was started is left.

    Args:
        project: where devices and profiles are.
        wish: what is to be inspected.
        clock: times what is done.
        which_package: is asked for a new App's.
        ready: is told the address once the page is served.
        tell: is told what is waited for.

    Raises:
        UsageError: something that was asked for is not there, or is there already.
        DeviceTrouble: the phone cannot be reached.
    """
    (device,) = wish.asked.devices_of(project)
    file = None
    if wish.new_app in {*project.profiles, *project.broken}:
        zh = f"已经有档案；请用 --app {wish.new_app}"
        en = f"it has a profile already; use --app {wish.new_app}"
        raise UsageError(f"--new-app {wish.new_app}: {Words(zh=zh, en=en)}")
    if not wish.new_app:
        file = ProfileFile.read(project.root, wish.asked.apps_of(project, device)[0])
    run = f"inspect-{os.getpid()}"
    holder = Holder(run=run, worker="inspect", process=os.getpid())
    devices = project.devices.devices
    # CI's stop ends as tidily as Ctrl-C: else nothing below would be closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        stack.callback(forget_run, run)
        sessions = stack.enter_context(Sessions(devices, _outfit(project, clock)))
        leases = stack.enter_context(
            Leases(devices, holder, clock, leave=sessions.leave, tell=tell)
        )
        phone = leases.phone(device)
        driver = sessions.driver(phone)
        file = file or create_profile(project.root, wish.new_app, which_package(driver.package()))
        held = Held(device, phone, phones_of(devices, device)[phone], wish.allow_commit)
        bench = Bench(project, file, held, sessions, clock)
        if driver.app_state(file.profile.android.package) != "foreground":
            driver.launch(file.profile.android.package, file.profile.android.activity)
        address = listen("127.0.0.1", 0, COMMAND)
        serve(application(bench, address.door), address, lambda: ready(address.url))


def _outfit(project: Project, clock: Clock) -> Outfit:
    return Outfit(
        packages={app: each.value.android.package for app, each in project.profiles.items()},
        root=project.root,
        clock=clock,
        log_folder=per_user() / "inspect",
    )
