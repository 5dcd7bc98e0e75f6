"""`am instrument`: the on-device UiAutomator2 server, which runs as long as its stream."""

from __future__ import annotations

from harness.phone.android.call import Call, Finished, Follow, Outcome, read_options, said
from harness.phone.android.packages import AUTOMATION, full
from harness.phone.android.system import System


class Instrumentation(Follow):
    """The on-device UiAutomator2 server: it runs until its stream is closed or it is killed."""

    def __init__(self, system: System) -> None:
        system.end_process(AUTOMATION)
        self._system = system
        self._process = system.start_process(AUTOMATION)
        self._told = False

    def more(self) -> bytes:
        """What has come since the last call."""
        if self.ended and not self._told:
            self._told = True
            return b"INSTRUMENTATION_RESULT: shortMsg=Process crashed.\nINSTRUMENTATION_CODE: 0\n"
        return b""

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._system.process(AUTOMATION) is not self._process

    def close(self) -> None:
        """Ends it."""
        if not self.ended:
            self._system.end_process(AUTOMATION)


def instrument(call: Call) -> Outcome:
    """Runs a package's test runner. The only one that does anything here is the driver's server."""
    bare = ("-w", "-r", "-m", "--no-window-animation", "--no-hidden-api-checks", "--no-restart")
    more = ("--no-test-api-access", "--no-isolated-storage", "-rawmode", "--always-check-signature")
    taking = {"-e": 2, "-p": 1, "-f": 1, "--user": 1, "--abi": 1}
    options = read_options(call.arguments, (*bare, *more), taking)
    component = options.operands[0] if options.operands else ""
    name, _, runner = component.partition("/")
    package = call.system.packages.get(name)
    if package is None or package.instrumentation is None:
        return _no_instrumentation(name, f"instrumentation info for: ComponentInfo{{{component}}}")
    if package.instrumentation[0] != full(name, runner):
        return _no_instrumentation(name, f"instrumentation info for: ComponentInfo{{{component}}}")
    target = package.instrumentation[1]
    if call.system.packages.get(target) is None:
        return _no_instrumentation(component, f"instrumentation target package: {target}")
    call.system.stop_package(target)
    return Instrumentation(call.system)


def _no_instrumentation(component: str, what: str) -> Finished:
    told = said(
        "INSTRUMENTATION_STATUS: id=ActivityManagerService",
        f"INSTRUMENTATION_STATUS: Error=Unable to find {what}",
        "INSTRUMENTATION_STATUS_CODE: -1",
    )
    failed = f"android.util.AndroidException: INSTRUMENTATION_FAILED: {component}\n"
    return Finished(told.stdout, failed.encode("utf-8", "replace"), 1)
