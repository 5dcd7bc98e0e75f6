"""Programs for files: `ls`, `cat`, `mkdir`, `rm`, `cp`, `mv`, `stat` and the like."""

from __future__ import annotations

import hashlib
import posixpath
import stat
from collections.abc import Callable
from datetime import datetime

from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    Options,
    Outcome,
    Program,
    Refusal,
    read_letters,
    said,
)
from harness.phone.android.files import CAPACITY

GONE = "No such file or directory"


def reason(call: Call, given: str, problem: OSError) -> str:
    """What a program says of a file that it could not use."""
    return f"{call.name}: {given}: {problem.strerror}"


def each(call: Call, paths: tuple[str, ...], act: Callable[[str, str], bytes | None]) -> Finished:
    """Does something with each path as given and as it is; goes on after one that fails."""
    if not paths:
        raise Refusal(f"{call.name}: Needs 1 argument")
    output, problems = bytearray(), []
    for given in paths:
        try:
            output += act(given, call.path(given)) or b""
        except OSError as problem:
            problems.append(reason(call, given, problem))
    told = "".join(f"{problem}\n" for problem in problems)
    return Finished(bytes(output), told.encode("utf-8", "replace"), int(bool(problems)))


# --- looks ---------------------------------------------------------------------------------------


def ls(call: Call) -> Outcome:
    """Names, with -l also modes, sizes and moments; -t by time, -r backwards."""
    options = read_letters(call, "1AaCdFhilnRrStZ")
    files = call.system.files
    lines: list[str] = []
    problems = []
    paths = options.operands or (call.directory,)
    for given in paths:
        where = call.path(given)
        if not files.exists(where):
            problems.append(f"ls: {given}: {GONE}")
        elif files.is_directory(where) and not options.has("d"):
            names = _ordered(call, where, options)
            head = [f"{given}:"] if len(paths) > 1 else []
            total = ["total 0"] if options.has("l") else []
            lines += head + total + [_entry(call, where, name, options) for name in names]
        else:
            lines.append(_entry(call, where, given, options))
    told = "".join(f"{problem}\n" for problem in problems)
    return Finished(said(*lines).stdout, told.encode("utf-8", "replace"), int(bool(problems)))


def _ordered(call: Call, where: str, options: Options) -> list[str]:
    names = call.system.files.names(where)
    if not options.has("a", "A"):
        names = [name for name in names if not name.startswith(".")]
    if options.has("t"):
        names.sort(key=lambda name: -call.system.files.stat(f"{where}/{name}")[2])
    return names[::-1] if options.has("r") else names


def _entry(call: Call, where: str, name: str, options: Options) -> str:
    if not options.has("l", "n"):
        return name
    here = where if posixpath.basename(where) == posixpath.basename(name) else f"{where}/{name}"
    mode, size, modified_s = call.system.files.stat(
        here if call.system.files.exists(here) else where
    )
    moment = _moment(call, modified_s).strftime("%Y-%m-%d %H:%M")
    return f"{stat.filemode(mode)} 1 shell shell {size:>8d} {moment} {name}"


def _moment(call: Call, seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, call.system.phone.wall_time().tzinfo)


def cat(call: Call) -> Outcome:
    """The content of files, or the standard input."""
    paths = read_letters(call, "u").operands
    if not paths:
        return Finished(call.stdin)
    return each(
        call,
        paths,
        lambda given, path: call.stdin if given == "-" else call.system.files.read(path),
    )


def status(call: Call) -> Outcome:
    """`stat`: size, mode and moment of files; -c with a format."""
    options = read_letters(call, "Lf", "c")
    return each(call, options.operands, lambda given, path: _status(call, given, path, options))


def _status(call: Call, given: str, path: str, options: Options) -> bytes:
    if not call.system.files.exists(path):
        raise FileNotFoundError(2, GONE, given)
    mode, size, modified_s = call.system.files.stat(path)
    kind = "directory" if stat.S_ISDIR(mode) else "regular file"
    known = {
        "%n": given,
        "%s": str(size),
        "%a": f"{mode & 0o7777:o}",
        "%A": stat.filemode(mode),
        "%F": kind,
        "%Y": str(modified_s),
        "%U": "shell",
        "%G": "shell",
    }
    if options.has("c"):
        line = options.value("c")
        for name, value in known.items():
            line = line.replace(name, value)
        return f"{line}\n".encode("utf-8", "replace")
    told = said(
        f"  File: {given}",
        f"  Size: {size}\t Blocks: {size // 512 + 1}\t IO Blocks: 512\t{kind}",
        f"Access: ({mode & 0o7777:04o}/{stat.filemode(mode)})\tUid: ( 2000/   shell)\t"
        "Gid: ( 2000/   shell)",
        f"Modify: {_moment(call, modified_s)}",
    )
    return told.stdout


def checksum(algorithm: str) -> Program:
    """`md5sum` and its like: -b the sum alone."""

    def run(call: Call) -> Outcome:
        options = read_letters(call, "b")

        def sum_of(given: str, path: str) -> bytes:
            content = call.stdin if given == "-" else call.system.files.read(path)
            digest = hashlib.new(algorithm, content).hexdigest()
            return f"{digest}\n".encode() if options.has("b") else f"{digest}  {given}\n".encode()

        return each(call, options.operands or ("-",), sum_of)

    return run


def disk(call: Call) -> Outcome:
    """`df`: how much room there is."""
    options = read_letters(call, "Hhk")
    used = sum(call.system.files.stat(path)[1] for path in call.system.files.below("/")) // 1024
    total = CAPACITY // 1024
    places = [call.path(given) for given in options.operands] or ["/data"]
    return said(
        "Filesystem      1K-blocks    Used Available Use% Mounted on",
        *(
            f"/dev/block/dm-0 {total:>9d} {used:>7d} {total - used:>9d} "
            f"{100 * used // total:>3d}% {place}"
            for place in places
        ),
    )


def usage(call: Call) -> Outcome:
    """`du -s`: how much a directory holds."""
    options = read_letters(call, "ahksm", "d")

    def size(given: str, path: str) -> bytes:
        if not call.system.files.exists(path):
            raise FileNotFoundError(2, GONE, given)
        held = sum(call.system.files.stat(one)[1] for one in call.system.files.below(path))
        return f"{held // 1024}\t{given}\n".encode("utf-8", "replace")

    return each(call, options.operands or (".",), size)


# --- changes -------------------------------------------------------------------------------------


def mkdir(call: Call) -> Outcome:
    """Makes directories."""
    options = read_letters(call, "pv", "m")
    files = call.system.files

    def make(given: str, path: str) -> None:
        if files.exists(path):
            if options.has("p") and files.is_directory(path):
                return
            raise FileExistsError(17, "File exists", given)
        if not options.has("p") and not files.is_directory(posixpath.dirname(path)):
            raise FileNotFoundError(2, GONE, given)
        files.make_directory(path)

    return each(call, options.operands, make)


def rm(call: Call) -> Outcome:
    """Removes files, with -r directories too; with -f it does not mind what is not there."""
    options = read_letters(call, "Rfirv")
    files = call.system.files
    if not options.operands and options.has("f"):
        return NOTHING

    def remove(given: str, path: str) -> None:
        if not files.exists(path) and options.has("f"):
            return
        if files.is_directory(path) and not options.has("r", "R"):
            raise IsADirectoryError(21, "Is a directory", given)
        files.remove(path)

    return each(call, options.operands, remove)


def rmdir(call: Call) -> Outcome:
    """Removes empty directories."""
    files = call.system.files

    def remove(given: str, path: str) -> None:
        if files.names(path):
            raise OSError(39, "Directory not empty", given)
        files.remove(path)

    return each(call, read_letters(call, "p").operands, remove)


def cp(call: Call) -> Outcome:
    """Copies files, with -r directories too."""
    return _transfer(call, leaves=True)


def mv(call: Call) -> Outcome:
    """Moves files and directories."""
    return _transfer(call, leaves=False)


def _transfer(call: Call, leaves: bool) -> Outcome:
    options = read_letters(call, "RafinprTv")
    if len(options.operands) < 2:
        raise Refusal(f"{call.name}: Needs 2 arguments")
    files = call.system.files
    *sources, last = options.operands
    target = call.path(last)

    def transfer(given: str, path: str) -> None:
        if not files.exists(path):
            raise FileNotFoundError(2, GONE, given)
        if files.is_directory(path) and leaves and not options.has("r", "R", "a"):
            raise IsADirectoryError(21, "Is a directory (try -r)", given)
        within = f"{target}/{posixpath.basename(path)}" if files.is_directory(target) else target
        if within == path or within.startswith(f"{path}/"):
            raise OSError(22, "Invalid argument", given)
        for one in files.below(path) or [path]:
            there = within + one[len(path) :]
            if files.is_directory(one):
                files.make_directory(there)
            else:
                files.write(there, files.read(one))
        if not leaves:
            files.remove(path)

    return each(call, tuple(sources), transfer)


def touch(call: Call) -> Outcome:
    """Sets the moment of the last change to now; makes an empty file where none is."""
    options = read_letters(call, "acmh", "dtr")
    return each(call, options.operands, lambda _, path: call.system.files.touch(path))


def chmod(call: Call) -> Outcome:
    """Sets permissions, given as an octal number; others are taken for granted."""
    options = read_letters(Call(call.system, call.name, _bare(call)), "Rfv")
    if len(options.operands) < 2:
        raise Refusal("chmod: Needs 2 arguments")
    mode, *paths = options.operands

    def change(given: str, path: str) -> None:
        if not call.system.files.exists(path):
            raise FileNotFoundError(2, GONE, given)
        number = int(mode, 8) if mode.isdecimal() and not set(mode) & set("89") else 0o755
        call.system.files.change_mode(path, number)

    return each(call, tuple(paths), change)


def _bare(call: Call) -> tuple[str, ...]:
    """The arguments, a mode like `-x` among the operands."""
    letters = [word for word in call.arguments if word.startswith("-") and set(word) <= set("-Rfv")]
    others = [word for word in call.arguments if word not in letters]
    return (*letters, "--", *others)


PROGRAMS: dict[str, Program] = {
    "cat": cat,
    "chmod": chmod,
    "cp": cp,
    "df": disk,
    "du": usage,
    "ls": ls,
    "md5sum": checksum("md5"),
    "mkdir": mkdir,
    "mv": mv,
    "rm": rm,
    "rmdir": rmdir,
    "sha1sum": checksum("sha1"),
    "sha256sum": checksum("sha256"),
    "stat": status,
    "touch": touch,
}
