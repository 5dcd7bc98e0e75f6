"""The shell: its language, its programs that go on, and what it does with nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.phone.android import shell
from harness.phone.android.programs import PROGRAMS
from tests.phone.android.handling import Device, device


@pytest.fixture
def phone() -> Device:
    return device()


@pytest.mark.parametrize(
    ("script", "written"),
    [
        ("echo a; echo b", "a\nb\n"),
        ("echo a\necho b\n", "a\nb\n"),
        ("true && echo yes || echo no", "yes\n"),
        ("false && echo yes || echo no", "no\n"),
        ("! false && echo yes", "yes\n"),
        ("echo 'a  b' \"c 'd'\" e\\ f g\\'h", "a  b c 'd' e f g'h\n"),
        ("echo '\\'\\''\\' \"\\\"\\$\"", "\\'\\ \"$\n"),
        ("echo ''", "\n"),
        ("echo ''a''", "a\n"),
        ("X=1; export Y='2 3'; echo $X \"$Y\" ${X}4 ${Z:-5}", "1 2 3 14 5\n"),
        ("X='a  b'; echo $X c$X; echo \"$X\"", "a b ca b\na  b\n"),
        ("false; echo $?", "1\n"),
        ("echo $(echo in; echo ner) \"$(echo 'a  b')\" `echo old`", "in ner a  b old\n"),
        ("(echo a; exit 3; echo b) || echo $?", "a\n3\n"),
        ("echo a; exit; echo b", "a\n"),
        ("exec echo a; echo b", "a\n"),
        ("echo one two | tr ' ' '\\n' | wc -l", "2\n"),
        ("echo gone > /dev/null; echo here >&1", "here\n"),
        ("nothing-here 2>/dev/null || echo $?", "127\n"),
        ("ls /nowhere 2>&1 || echo E", "ls: /nowhere: No such file or directory\nE\n"),
        ("echo a > /sdcard/f; echo b >> /sdcard/f; cat < /sdcard/f", "a\nb\n"),
        ("cd /sdcard && echo x > rel && cat /sdcard/rel && pwd", "x\n/storage/emulated/0\n"),
        ("touch /sdcard/a.txt /sdcard/b.txt; echo /sdcard/*.txt '/sdcard/*.txt'",
         "/sdcard/a.txt /sdcard/b.txt /sdcard/*.txt\n"),
        ("echo a # a comment", "a\n"),
        ("echo a#b", "a#b\n"),
        ("sh -c 'echo in; exit 3' || echo $?", "in\n3\n"),
        ("", ""),
        (" ; ", ""),
    ],
)  # fmt: skip
def test_a_script_means_what_it_means_on_android(phone: Device, script: str, written: str) -> None:
    assert phone.run(script).stdout.decode() == written


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'a", "no closing quote"),
        ('echo "a', "no closing quote"),
        ("echo `a", "no closing quote"),
        ("echo a |", "syntax error: unexpected EOF"),
        ("&& echo a", "syntax error: unexpected '&&'"),
        ("echo )", "syntax error: unexpected ')'"),
        ("echo a >", "syntax error: unexpected EOF"),
        ("input text " + "x" * 1_000_000, "Argument list too long"),
    ],
)
def test_what_is_no_script_is_refused_with_code_2(phone: Device, script: str, message: str) -> None:
    done = phone.run(script)
    assert (done.code, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"/system/bin/sh: {message}\n"


def test_an_unknown_command_is_answered_as_mksh_does_and_recorded(phone: Device) -> None:
    done = phone.run("frobnicate --now 'a b'")
    assert done.code == 127
    assert done.stderr == b"/system/bin/sh: frobnicate: inaccessible or not found\n"
    assert phone.system.unknown == ["frobnicate --now a b"]


@pytest.mark.parametrize(
    "script", ["am dance", "pm dance", "cmd dance", "dumpsys dance", "ls --dance", "logcat --dance"]
)
def test_what_a_program_does_not_understand_is_recorded_too(phone: Device, script: str) -> None:
    assert phone.run(script).code != 0
    assert phone.system.unknown == [script]


def test_what_goes_wrong_as_on_any_phone_is_not_recorded(phone: Device) -> None:
    for script in ("ls /nowhere", "pm path cn.absent", "am start -n cn.absent/.Main", "kill 1"):
        phone.run(script)
    assert phone.system.unknown == []


# --- programs that go on -------------------------------------------------------------------------


def test_a_sleep_ends_by_the_phones_clock_and_the_script_goes_on(phone: Device) -> None:
    program = phone.follow("echo before; sleep 2; echo after; false")
    assert program.more() == b"before\n"
    assert not program.ended
    phone.clock.sleep(1.9)
    assert (program.more(), program.ended) == (b"", False)
    phone.clock.sleep(0.1)
    assert (program.more(), program.ended, program.code) == (b"after\n", True, 1)


def test_a_log_that_is_followed_can_be_filtered(phone: Device) -> None:
    program = phone.follow("logcat | grep Start | tr a-z A-Z")
    assert program.more() == b""
    phone.phone.launch("cn.example.small")
    assert b"START PROC" in program.more()
    program.close()
    assert program.ended


def test_what_is_closed_does_not_go_on(phone: Device) -> None:
    program = phone.follow("sleep 1; touch /sdcard/came")
    program.close()
    phone.clock.sleep(5)
    assert (program.more(), program.ended) == (b"", True)
    assert not phone.system.files.exists("/sdcard/came")


# --- nonsense ------------------------------------------------------------------------------------


def test_nobody_can_remove_the_system(phone: Device) -> None:
    before = phone.system.files.below("/")
    done = phone.run("rm -rf / /* /system /data/app")
    assert done.code == 1
    assert b"rm: /: Read-only file system" in done.stderr
    assert phone.system.files.below("/") == before


def test_output_goes_to_no_descriptor_that_is_not_open(phone: Device) -> None:
    done = phone.run("echo a >& nothing")
    assert (done.code, done.stdout) == (1, b"")
    assert done.stderr == b"/system/bin/sh: nothing: bad file descriptor\n"


def test_a_variable_does_not_grow_without_end(phone: Device) -> None:
    done = phone.run("X=aaaaaaaa; " + "X=$X$X; " * 60 + "echo $?")
    assert b"Argument list too long" in done.stderr
    assert done.stdout == b"1\n"


def test_digits_that_are_no_numbers_are_none(phone: Device) -> None:
    assert phone.run("kill ²; logcat -d -t ²; input keyevent ²; head -n ²").code == 1


def test_what_is_too_deep_is_refused(phone: Device) -> None:
    assert phone.run("(" * 5000 + "echo a" + ")" * 5000).code != 0


WORDS = st.sampled_from(
    [
        *PROGRAMS,
        *("'", '"', "`", "$(", ")", "(", "|", "||", "&&", ";", ">", "<", "2>&1", ">&", "$", "${"),
        *("-", "--", "-n", "-S", "-p", "-c", "-e", "-t", "-v", "-d", "!", "=", "-9", "99999999999"),
        *("/", "/sdcard/a", "/data/local/tmp", "*", "[", "]", "%s", "\\", "\0", "\ud800", "\n"),
        *("install", "list", "start", "set", "get", "put", "global", "tap", "swipe", "text", "0x1"),
        *("package", "activity", "window", "cn.example.small", "cn.example.small/.HomeActivity"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.text(max_size=6), max_size=8), st.sampled_from(["", " "]))
def test_whatever_is_said_is_answered(words: list[str], between: str) -> None:
    phone = device()
    done = shell.run(phone.system, between.join(words), b"\xff\x00")
    if isinstance(done, shell.Follow):
        done.more()
        done.close()
        assert done.ended
    else:
        assert 0 <= done.code <= 255


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(PROGRAMS)), st.lists(WORDS | st.text(max_size=6), max_size=5))
def test_every_program_bears_any_arguments(name: str, words: list[str]) -> None:
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    done = shell.run(device().system, f"{name} {quoted}")
    if isinstance(done, shell.Follow):
        done.close()
    else:
        assert 0 <= done.code <= 255
