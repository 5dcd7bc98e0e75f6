"""The Android around the phone's Apps: its properties, settings, files, packages, processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from harness.phone import apps
from harness.phone.android import packages
from harness.phone.android.boot import FALLBACK_HOME, SAID, Boot, Stage
from harness.phone.android.defaults import SETTINGS, properties
from harness.phone.android.files import Files
from harness.phone.android.packages import (
    AUTOMATION,
    INPUT_METHOD,
    SETTINGS_APP,
    Package,
    Packages,
)
from harness.phone.app import App
from harness.phone.device import Phone
from harness.phone.logcat import SYSTEM_PID
from harness.phone.system import LAUNCHER

UP_BEFORE = timedelta(minutes=10)
"""So long before it was made the phone has started."""
FIRST_SERVICE_PID = 12000


@dataclass(frozen=True)
class Process:
    """A process that runs."""

    pid: int
    user: str
    name: str
    parent: int = 1


_SYSTEM_PROCESSES = (
    Process(1, "root", "init", 0),
    Process(405, "root", "zygote64"),
    Process(512, "system", "surfaceflinger"),
    Process(634, "shell", "adbd"),
    Process(SYSTEM_PID, "system", "system_server", 405),
    Process(1811, "u0_a62", "com.android.systemui", 405),
    Process(1902, "radio", "com.android.phone", 405),
    Process(2010, "u0_a52", INPUT_METHOD, 405),
)


class System:
    """The Android around a phone's Apps.

    Args:
        phone: the phone.
        serial: what adb calls it.
        boot_s: how long it boots, in seconds; it answers adb meanwhile.

    Attributes:
        boot: how far it has booted.
        properties: what `getprop` tells of a phone that has booted.
        settings: by namespace (`global`, `secure`, `system`), what `settings` tells.
        files: its file system.
        packages: what is installed.
        services: the services that run, as full component names.
        input_methods: the input methods that are enabled.
        switches: what `cmd`, `svc` and `appops` have set, by what it is.
        awake: whether the screen is on.
        installations: those in several steps, by number: their options, their APKs by name.
        finger: the track of a finger that is still down, of `input motionevent`.
        log_cleared: how many lines of the log `logcat -c` has taken away.
        unknown: every command that was not understood.
        unix_sockets: tells the names of the abstract sockets that are open.
    """

    def __init__(self, phone: Phone, *, serial: str, boot_s: float = 0) -> None:
        self.phone = phone
        self.serial = serial
        self.boot = Boot(boot_s, phone.clock.monotonic)
        born = phone.wall_time()
        self.started_at = born - UP_BEFORE
        self._born = (phone.clock.monotonic(), born)
        self.properties = properties(serial, phone.metrics)
        self.settings = {name: dict(values) for name, values in SETTINGS.items()}
        self.settings["system"]["font_scale"] = str(phone.font_scale)
        self.files = Files(lambda: phone.wall_time().timestamp())
        self.files.compute("/proc/net/unix", self._open_sockets)
        self.packages = Packages(born)
        for app in phone.apps.values():
            package = packages.of_app(app, self.packages.next_uid(), born)
            self.packages.put(package)
            self.files.store(package.apk, packages.apk_of(package))
        self.services: set[str] = set()
        self.input_methods = [f"{INPUT_METHOD}/.LatinIME"]
        self.switches: dict[str, str] = {}
        self.awake = True
        self.installations: dict[int, tuple[tuple[str, ...], dict[str, bytes]]] = {}
        self.finger: list[tuple[float, float, float]] = []
        self.log_cleared = 0
        self.unknown: list[str] = []
        self.unix_sockets: Callable[[], list[str]] = list
        self._next_pid = FIRST_SERVICE_PID
        self._started: dict[str, Process] = {}

    def told(self) -> dict[str, str]:
        """What `getprop` tells now: while the phone boots, not yet that it has."""
        if self.boot.reached(Stage.COMPLETED):
            return self.properties
        return {name: value for name, value in self.properties.items() if name not in SAID}

    def moment(self, at: float) -> datetime:
        """The wall-clock time of a moment of the monotonic clock; always the same of the same."""
        seconds, born = self._born
        return born + timedelta(seconds=at - seconds)

    # --- the on-device UiAutomator2 server --------------------------------------------------------

    @property
    def automation_running(self) -> bool:
        """Whether the on-device UiAutomator2 server runs. Setting it to False kills it."""
        return AUTOMATION in self._started

    @automation_running.setter
    def automation_running(self, running: bool) -> None:
        if running:
            self.start_process(AUTOMATION)
        else:
            self.end_process(AUTOMATION)

    # --- processes --------------------------------------------------------------------------------

    def processes(self) -> list[Process]:
        """All that run, by number."""
        own = [
            Process(pid, self.user(name), name, 405) for name, pid in self.phone.processes().items()
        ]
        return sorted(
            (*_SYSTEM_PROCESSES, *own, *self._started.values()), key=lambda each: each.pid
        )

    def user(self, package: str) -> str:
        """The user that a package runs as."""
        found = self.packages.get(package)
        return f"u0_a{found.uid - 10000}" if found and found.uid >= 10000 else "system"

    def start_process(self, name: str, user: str = "") -> Process:
        """Starts a process that is no App's, unless it runs."""
        if name not in self._started:
            self._next_pid += 1
            parent = 634 if user else 405
            self._started[name] = Process(self._next_pid, user or self.user(name), name, parent)
        return self._started[name]

    def process(self, name: str) -> Process | None:
        """A process that was started, by its name."""
        return self._started.get(name)

    def end_process(self, name: str) -> None:
        """Ends a process that is no App's, and the services in it."""
        self._started.pop(name, None)
        self.services -= {each for each in self.services if each.startswith(f"{name}/")}

    def stop_package(self, name: str) -> None:
        """Ends whatever runs of a package."""
        if name in self.phone.apps:
            self.phone.terminate(name)
        self.end_process(name)

    def start_service(self, component: str) -> None:
        """Starts a service in its package's process."""
        package = component.partition("/")[0]
        if package not in self.phone.processes():
            self.start_process(package)
        self.services.add(component)

    # --- packages ---------------------------------------------------------------------------------

    def install(self, package: Package, apk: bytes) -> None:
        """Puts a package on the phone; one of an App that it knows brings the App."""
        app = known_app(package.name)
        if app is not None:
            if app.package not in self.phone.apps:
                self.phone.install(app)
            of_app = packages.of_app(app, package.uid, package.installed)
            package = replace(
                of_app, version_code=package.version_code, version_name=package.version_name
            )
        self.stop_package(package.name)
        self.packages.put(package)
        self.files.store(package.apk, apk)

    def uninstall(self, name: str, keep_data: bool = False) -> None:
        """Takes a package and its App off the phone."""
        self.stop_package(name)
        package = self.packages.get(name)
        if package is not None:
            self.files.discard(package.directory)
            self.packages.remove(name)
        if name in self.phone.apps:
            self.phone.uninstall(name, keep_data)

    def input_method(self) -> str:
        """The input method in use."""
        return self.settings["secure"].get("default_input_method", "")

    def input_methods_there(self) -> list[str]:
        """All input methods on the phone."""
        own = [f"{INPUT_METHOD}/.LatinIME"]
        if self.packages.get(SETTINGS_APP):
            own += [f"{SETTINGS_APP}/.{name}" for name in ("AppiumIME", "EmptyIME", "UnicodeIME")]
        return own

    def pid_of(self, package: str) -> int:
        """The process of a package; 0 when none runs."""
        return next((each.pid for each in self.processes() if each.name == package), 0)

    def front(self) -> tuple[str, str]:
        """Package and full class of the activity in front."""
        if not self.boot.reached(Stage.LAUNCHER):
            return FALLBACK_HOME
        package, activity = self.phone.foreground()
        return package, packages.full(package, activity)

    def at_launcher(self) -> bool:
        """Whether no App is in front."""
        return self.phone.foreground()[0] == LAUNCHER

    def _open_sockets(self) -> bytes:
        """`/proc/net/unix`, with what `unix_sockets` tells.

        Source: proc(5); webviews are found in it by their names, which begin with @.
        """
        lines = ["Num       RefCount Protocol Flags    Type St Inode Path"]
        named = ["/dev/socket/adbd", "/dev/socket/logdr", "@jdwp-control", *self._abstract()]
        for number, name in enumerate(named, start=21000):
            lines.append(f"0000000000000000: 00000002 00000000 00010000 0001 01 {number} {name}")
        return "".join(f"{line}\n" for line in lines).encode()

    def _abstract(self) -> list[str]:
        return [f"@{name.removeprefix('@')}" for name in self.unix_sockets()]


def known_app(package: str) -> App | None:
    """The App of this package among those that a phone can have."""
    made = (make() for make in apps.APPS.values())
    return next((app for app in made if app.package == package), None)
