"""All programs of the phone, by name."""

from __future__ import annotations

from collections.abc import Mapping

from harness.phone.android import (
    activity_manager,
    conditions,
    dumpsys,
    file_tools,
    inputs,
    log_tools,
    package_manager,
    process_tools,
    properties,
    services_tools,
    text_tools,
    time_tools,
)
from harness.phone.android.call import Call, Outcome, Program, said


def which(call: Call) -> Outcome:
    """Where programs are; code 1 if one is not there."""
    found = [f"/system/bin/{name}" for name in call.arguments if name in PROGRAMS]
    return said(*found, code=int(len(found) < len(call.arguments)))


PROGRAMS: Mapping[str, Program] = {
    **activity_manager.PROGRAMS,
    **conditions.PROGRAMS,
    **dumpsys.PROGRAMS,
    **file_tools.PROGRAMS,
    **inputs.PROGRAMS,
    **log_tools.PROGRAMS,
    **package_manager.PROGRAMS,
    **process_tools.PROGRAMS,
    **properties.PROGRAMS,
    **services_tools.PROGRAMS,
    **text_tools.PROGRAMS,
    **time_tools.PROGRAMS,
    "which": which,
}
