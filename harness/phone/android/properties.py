"""`getprop`, `setprop` and `settings`."""

from __future__ import annotations

from harness.phone.android.boot import Stage
from harness.phone.android.call import (
    NOTHING,
    Call,
    NotUnderstood,
    Outcome,
    Program,
    Refusal,
    read_options,
    said,
)

_NAMESPACES = ("global", "secure", "system")


def getprop(call: Call) -> Outcome:
    """One property, or all in brackets."""
    known = call.system.told()
    if call.arguments:
        default = call.arguments[1] if len(call.arguments) > 1 else ""
        return said(known.get(call.first, default))
    return said(*(f"[{name}]: [{value}]" for name, value in sorted(known.items())))


def setprop(call: Call) -> Outcome:
    """Changes a property; those that begin with `ro.` stay."""
    if len(call.arguments) != 2:
        raise Refusal("usage: setprop NAME VALUE\n\nSets an Android system property.")
    name, value = call.arguments
    if name.startswith("ro.") and name in call.system.properties:
        raise Refusal(f"Failed to set property '{name}' to '{value}'.")
    call.system.properties[name] = value
    return NOTHING


def settings(call: Call) -> Outcome:
    """Reads and changes the settings of the three namespaces."""
    if not call.system.boot.reached(Stage.SERVICES):
        raise Refusal("cmd: Can't find service: settings", 20)
    options = read_options(call.arguments, ("--lineage", "default"), {"--user": 1})
    verb, namespace = (*options.operands, "", "")[:2]
    if verb not in _VERBS:
        raise NotUnderstood(f"Invalid command: {verb}")
    if namespace not in _NAMESPACES:
        raise Refusal(f"Invalid namespace '{namespace}'")
    operands = list(options.operands[2:])
    wanted = _VERBS[verb][1]
    if len(operands) < wanted:
        raise Refusal("Bad arguments")
    return _VERBS[verb][0](call, namespace, operands)


def _get(call: Call, namespace: str, operands: list[str]) -> Outcome:
    return said(call.system.settings[namespace].get(operands[0], "null"))


def _put(call: Call, namespace: str, operands: list[str]) -> Outcome:
    name, value = operands[:2]
    call.system.settings[namespace][name] = value
    if (namespace, name) == ("system", "font_scale"):
        call.system.phone.font_scale = _scale(value)
    if (namespace, name) == ("system", "user_rotation"):
        call.system.phone.rotate("LANDSCAPE" if value in ("1", "3") else "PORTRAIT")
    return NOTHING


def _scale(value: str) -> float:
    try:
        return min(3.0, max(0.5, float(value)))
    except ValueError as problem:
        raise Refusal(f"Invalid value: {value}") from problem


def _delete(call: Call, namespace: str, operands: list[str]) -> Outcome:
    gone = call.system.settings[namespace].pop(operands[0], None)
    return said(f"Deleted {int(gone is not None)} rows")


def _list(call: Call, namespace: str, _operands: list[str]) -> Outcome:
    known = sorted(call.system.settings[namespace].items())
    return said(*(f"{name}={value}" for name, value in known))


def _reset(_call: Call, _namespace: str, _operands: list[str]) -> Outcome:
    return NOTHING


_VERBS = {
    "get": (_get, 1),
    "put": (_put, 2),
    "delete": (_delete, 1),
    "list": (_list, 0),
    "reset": (_reset, 1),
}

PROGRAMS: dict[str, Program] = {"getprop": getprop, "setprop": setprop, "settings": settings}
