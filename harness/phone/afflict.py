"""Lets a phone suffer trouble, at a moment of its own time.

So that a harness can be tried: does it tell a fault of the App from one of the
phone, and both from its own? What befalls the phone or an App happens as an
event like any other; what befalls the server that answers for the phone stays
with the phone as an ailment until it is over, and the endpoint looks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.phone.device import Phone
from harness.phone.faults import Fault
from harness.phone.trouble import Kind, Trouble


def plant(phone: Phone, package: str, trouble: Trouble, after_s: float = 0.0) -> None:
    """Lets it befall the phone, or the App of that package, so many seconds from now."""
    phone.catch_up()
    phone.events.after(after_s, lambda: _befall(phone, package, trouble))
    if trouble.lasts_s is not None:
        phone.events.after(after_s + trouble.lasts_s, lambda: _pass(phone, package, trouble))


def _befall(phone: Phone, package: str, trouble: Trouble) -> None:
    phone.changed(f"trouble {trouble.kind}")
    happen = _HAPPEN.get(trouble.kind)
    if happen is None:
        phone.ailments[trouble.kind] = trouble
    else:
        happen(phone, package, trouble)


def _pass(phone: Phone, package: str, trouble: Trouble) -> None:
    phone.changed(f"trouble over {trouble.kind}")
    over = _OVER.get(trouble.kind)
    if over is not None:
        over(phone, package)
    phone.ailments.pop(trouble.kind, None)


_EXCEPTION = "java.lang.IllegalStateException: planted"

_HAPPEN: Mapping[Kind, Callable[[Phone, str, Trouble], None]] = {
    "crash": lambda phone, package, _: phone.crash(package, _EXCEPTION),
    "silent_crash": lambda phone, package, _: phone.crash(package, _EXCEPTION, silent=True),
    "not_responding": lambda phone, package, _: phone.hang(package, noticed=True),
    "complained_of": lambda phone, package, _: phone.complain(package),
    "freeze": lambda phone, package, _: phone.hang(package, noticed=False),
    "slow_server": lambda phone, _, trouble: phone.delay_answers(trouble.seconds),
    "server_down": lambda phone, *_: phone.serve(False),
    "tell": lambda phone, package, trouble: phone.tell(package, trouble.values),
    "popup": lambda phone, package, trouble: phone.open_dialog(package, trouble.text),
    "toast": lambda phone, _, trouble: phone.toast(trouble.text, max(trouble.seconds, 2.0)),
    "killed": lambda phone, package, _: _ignore(phone.terminate(package)),
    "gone_home": lambda phone, *_: phone.home(),
    "other_app": lambda phone, _, trouble: phone.launch(trouble.text),
    "network_lost": lambda phone, *_: phone.connect("none"),
    "network_unchecked": lambda phone, *_: phone.connect("unchecked"),
    "permission": lambda phone, package, trouble: phone.ask_permission(package, trouble.seconds),
    "network_dialog": lambda phone, package, trouble: phone.ask_network(package, trouble.seconds),
    "shade": lambda phone, package, _: phone.pull_shade(package),
    "system_dialog": lambda phone, package, trouble: phone.notify(package, trouble.text),
}
_OVER: Mapping[Kind, Callable[[Phone, str], None]] = {
    "not_responding": lambda phone, package: phone.thaw(package),
    "freeze": lambda phone, package: phone.thaw(package),
    "slow_server": lambda phone, _: phone.delay_answers(0.0),
    "server_down": lambda phone, _: phone.serve(True),
    "network_lost": lambda phone, _: phone.connect("checked"),
    "network_unchecked": lambda phone, _: phone.connect("checked"),
    "gone_home": lambda phone, package: phone.launch(package),
    "other_app": lambda phone, package: phone.launch(package),
}


def _ignore(_: object) -> None:
    """An answer that nobody needs."""


# --- what the endpoint looks for ------------------------------------------------------------------

_NO_ROOT = "Timed out waiting for the root AccessibilityNodeInfo in the active window"
_DEAD = "'POST /elements' cannot be proxied: the instrumentation process is not running"
EMPTY = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<hierarchy rotation=\"0\"/>\n"


class ConnectionCut(Exception):
    """The endpoint is to close the connection in place of an answer."""


def pause_of(phone: Phone) -> float:
    """How many seconds every command takes longer."""
    ailment = phone.ailments.get("slow_device")
    return 0.0 if ailment is None else ailment.seconds


def spoil(phone: Phone, method: str, path: str) -> object | None:
    """What is answered in place of the truth; None when nothing ails this command.

    Raises:
        Fault: the command fails.
        ConnectionCut: there is no answer at all.
    """
    ails = phone.ailments
    if "connection_cut" in ails:
        raise ConnectionCut
    if "session_lost" in ails:
        raise Fault("invalid session id", "the session is over or was never there; open another")
    if "automation_dead" in ails:
        raise Fault("unknown error", _DEAD)
    if path.endswith("/screenshot") and "no_picture" in ails:
        raise Fault("unknown error", "the screenshot could not be taken")
    if path.endswith(("/source", "/element", "/elements")):
        return _spoil_look(phone, path)
    if method == "POST" and "/element/" in path:
        _spoil_use(phone)
    return None


def _spoil_look(phone: Phone, path: str) -> object | None:
    if "no_hierarchy" in phone.ailments:
        raise Fault("unknown error", _NO_ROOT)
    if "empty_hierarchy" not in phone.ailments:
        return None
    return EMPTY if path.endswith("/source") else []


def _spoil_use(phone: Phone) -> None:
    stale = phone.ailments.get("stale")
    if stale is None:
        return
    if stale.count > 0:
        phone.ailments["stale"] = replace(stale, count=stale.count - 1)
        raise Fault("stale element reference", "the element is not on the screen any more")
