"""`ps`, `pidof`, `kill`, `top`, and who one is."""

from __future__ import annotations

from collections.abc import Callable

from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    Outcome,
    Program,
    Refusal,
    read_letters,
    said,
)
from harness.phone.android.system import Process, System
from harness.phone.android.usage_dump import processor_s

_SIGNALS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "TERM": 15, "CONT": 18, "STOP": 19,
}  # fmt: skip
_PS_HELP = """\
usage: ps [-AadefLlnwZ] [-gG GROUP,] [-k FIELD,] [-o FIELD,] [-p PID,] [-t TTY,] [-uU USER,]

List processes.

Which processes to show (-gGuUpPt selections may be comma separated lists):

-A	All
-a	Has terminal not session leader
-e	Synonym for -A
-p	PIDs (--pid)
-u	Owner users (--user)

Output modifiers:

-f	Full listing
-o	Show FIELDs
-w	Wide output (don't truncate fields)"""


def ps(call: Call) -> Outcome:
    """The processes: without -A those of the shell's own user, as toybox does it."""
    if "--help" in call.arguments:
        return said(_PS_HELP)
    options = read_letters(call, "Aaefwln", "opu")
    wanted = {name for value in options.values.get("p", ()) for name in value.split(",")}
    shown = [
        each
        for each in call.system.processes()
        if options.has("A", "e", "f") or wanted or options.has("u") or each.user == "shell"
        if not wanted or str(each.pid) in wanted
        if not options.has("u") or each.user == options.value("u")
    ]
    names = [name for value in options.values.get("o", ()) for name in value.split(",")]
    columns = [name.partition("=")[0].strip().upper() for name in names] or list(_DEFAULT)
    unknown = [name for name in columns if name not in _COLUMNS]
    if unknown:
        raise Refusal(f"ps: bad -o {unknown[0]}")
    rows = [columns, *([_COLUMNS[name](call.system, each) for name in columns] for each in shown)]
    return said(*_table(rows))


_COLUMNS: dict[str, Callable[[System, Process], str]] = {
    "USER": lambda _, each: each.user,
    "PID": lambda _, each: str(each.pid),
    "PPID": lambda _, each: str(each.parent),
    "VSZ": lambda _, each: "13000000",
    "RSS": lambda _, each: "120000",
    "TIME+": lambda system, each: _processor_time(processor_s(system, each.name)),
    "WCHAN": lambda _, each: "0",
    "ADDR": lambda _, each: "0",
    "S": lambda _, each: "S",
    "NAME": lambda _, each: each.name,
    "CMD": lambda _, each: each.name[-15:],
    "CMDLINE": lambda _, each: each.name,
    "ARGS": lambda _, each: each.name,
    "COMM": lambda _, each: each.name[-15:],
}
_DEFAULT = ("USER", "PID", "PPID", "VSZ", "RSS", "WCHAN", "ADDR", "S", "NAME")


def _processor_time(seconds: float) -> str:
    """Minutes, seconds and hundredths, as toybox writes it."""
    minutes, rest = divmod(round(100 * seconds), 6000)
    return f"{minutes}:{rest // 100:02d}.{rest % 100:02d}"


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def pidof(call: Call) -> Outcome:
    """The numbers of the processes of these names, or code 1."""
    names = read_letters(call, "s").operands
    found = [str(each.pid) for each in call.system.processes() if each.name in names]
    return said(" ".join(reversed(found))) if found else Finished(code=1)


def kill(call: Call) -> Outcome:
    """Ends processes that the shell has started; those of Apps are not its to end."""
    given = list(call.arguments)
    if given[:1] == ["-l"]:
        return said(" ".join(_SIGNALS))
    signal = 15
    if given and given[0].startswith("-"):
        name = given.pop(0)[1:]
        if name == "s" and given:
            name = given.pop(0)
        signal = int(name) if name.isdecimal() else _SIGNALS.get(name.removeprefix("SIG"), -1)
        if signal < 0:
            raise Refusal(f"kill: Unknown signal '{name}'")
    problems = [problem for pid in given if (problem := _end(call, pid, signal))]
    if problems or not given:
        raise Refusal("\n".join(problems) or "kill: Needs 1 argument")
    return NOTHING


def _end(call: Call, pid: str, signal: int) -> str:
    found = [each for each in call.system.processes() if str(each.pid) == pid]
    if not found:
        return f"kill: {pid}: No such process"
    if found[0].user != "shell" or found[0].name == "adbd":
        return f"kill: {pid}: Operation not permitted"
    if signal:
        call.system.end_process(found[0].name)
    return ""


def top(call: Call) -> Outcome:
    """One look at the processes; there is no second."""
    read_letters(call, "bqHm", "ndosukp")
    processes = call.system.processes()
    return said(
        f"Tasks: {len(processes)} total,   1 running, {len(processes) - 1} sleeping,   0 stopped",
        "  Mem:  4038044K total,  2011022K used,  2027022K free,    12000K buffers",
        "800%cpu   4%user   0%nice   2%sys 794%idle   0%iow   0%irq   0%sirq   0%host",
        "  PID USER         PR  NI VIRT  RES  SHR S[%CPU] %MEM     TIME+ ARGS",
        *(_top_line(each) for each in processes),
    )


def _top_line(process: Process) -> str:
    return (
        f"{process.pid:5d} {process.user:12s} 20   0  12G 117M  90M S  0.0   2.9   0:01.00 "
        f"{process.name}"
    )


def whoami(_call: Call) -> Outcome:
    """The user of the shell."""
    return said("shell")


def identity(call: Call) -> Outcome:
    """`id`: the user of the shell, its groups, its security context."""
    if call.arguments == ("-u",):
        return said("2000")
    groups = "1004(input),1007(log),1011(adb),1015(sdcard_rw),3003(inet),9997(everybody)"
    return said(f"uid=2000(shell) gid=2000(shell) groups=2000(shell),{groups} context=u:r:shell:s0")


PROGRAMS: dict[str, Program] = {
    "id": identity,
    "kill": kill,
    "pidof": pidof,
    "ps": ps,
    "top": top,
    "whoami": whoami,
}
