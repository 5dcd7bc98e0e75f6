"""A phone under inspection: looked at, touched, its elements named, its ways written down.

One phone has one bench, and does one thing at a time. What is touched goes through the guard
of commit points as in a run, and steps and drafts are made by the very runner: a step means
here what it means there. Pictures stay in memory, and go to the page alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError
from typing_extensions import override

from harness.clock import Clock
from harness.commit_points import read_commits
from harness.driver import Driver, Seen
from harness.errors import DeviceTrouble, NoAnswer, TouchRefused, UsageError
from harness.evidence import Evidence
from harness.guard import guard_of
from harness.guarded_driver import GuardedDriver
from harness.hierarchy import box_of
from harness.inspect.candidates import Candidate, candidates
from harness.inspect.checklist import TaskUses, checklist, read_uses
from harness.inspect.discretion import Discretion
from harness.inspect.files import as_typed, read_steps, read_task, save_task, written_files
from harness.inspect.profile_text import (
    plain_locator,
    with_entry,
    with_item,
    with_locators,
    written,
)
from harness.inspect.screens import Memory, Screen, Shot, again, button_around, nodes
from harness.inspect.walk import PASSWORD, About, Move, Walk, draft, name_of, say
from harness.load import Document, load_scenario
from harness.model import (
    AppProfile,
    AttemptRecord,
    Box,
    Locator,
    Name,
    PlannedAttempt,
    PlannedStep,
    Scenario,
    Target,
    Words,
    name_target,
    phones_of,
)
from harness.pace import Pace, begun_before, say_minutes, waits_s
from harness.personal import find, star
from harness.plan import GOAL, expand
from harness.problem import InvalidFile
from harness.profile_file import ProfileFile
from harness.project import Project, read_project, scenario_files
from harness.references import check
from harness.runner import DRAG_S, run_attempt, swipe_line
from harness.stage import Task
from harness.variables import fill, names_in
from harness.wireframe import REFUSAL, size_if_black, wireframe
from harness.yaml_source import as_plain, read_source

SWIPE_SHARE = 0.6
"""Of the screen, as `swipe: up` has it."""
FICTIONAL = "1380000000"
"""How the mobile numbers begin that tasks may have."""
OF_OFFICES = frozenset({"landline", "credit_code"})
"""What of personal data may as well be an office's: a task may state it."""
SHOTS = 20
"""Screens that can be gone back to."""
GLANCES_FOR_S = 0.05
"""How long a look for the page waits for its turn before it says that the phone is busy."""
BUSY_AFTER_S = 1.0
"""How long whatever is asked waits for something that is being done before it is refused."""
LOOKS_FOR_S = 4.0
"""How much longer it waits for a look of the page, which some phones take that long for."""
LOOKING = Words(zh="看屏幕", en="looking at the screen")
LOCATOR: TypeAdapter[Locator] = TypeAdapter(Locator)


class Phones(Protocol):
    """Open sessions by the name of the phone: `harness.sessions.Sessions`."""

    def driver(self, name: str) -> Driver:
        """The session on the phone."""
        ...

    def discard(self, name: str) -> None:
        """Ends a session that met trouble."""
        ...

    def diagnose(self, name: str) -> str:
        """What has died behind it."""
        ...


@dataclass(frozen=True)
class Phone:
    """A phone by its names: of the device, and its own, which differs in a pool."""

    device: Name
    name: Name


class Moved(UsageError):
    """The screen is another than the one that was pointed at: nothing was touched."""


class Busy(UsageError):
    """Something is being done on the phone: what was asked for was not done, nor will be."""


class AsItStands(GuardedDriver):
    """A phone whose App goes on from where it is: an attempt on it begins with no reset."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver, None)

    @override
    def reset(self, package: str, *, keep_data: bool = False) -> None:
        """Leaves the App as it is."""


class Bench:
    """A phone, an App on it, the App's profile.

    Args:
        project: the files beside the profile.
        phone: which phone it is.
        file: the profile.
        phones: the open sessions.
        clock: times attempts, and waits.
        allow_commit: whether commit points may be tapped, in a sandbox.
    """

    def __init__(
        self,
        project: Project,
        phone: Phone,
        file: ProfileFile,
        phones: Phones,
        clock: Clock,
        *,
        allow_commit: bool = False,
    ) -> None:
        self._project = project
        self._device, self._phone = phone.device, phone.name
        self._file = file
        self._phones = phones
        self._clock = clock
        self._allow_commit = allow_commit
        self._turn = threading.Lock()
        self._reading = threading.Lock()
        self._doing: Words | None = None
        self._shots: dict[int, Shot] = {}
        self._looks = 0
        self._memory = Memory()
        self._discretion = Discretion(file.profile.mask)
        self._walk = Walk()
        self._kept: dict[str, bytes] = {}
        self._uses: tuple[TaskUses, ...] = ()
        self._commits: tuple[Target, ...] = ()
        self._read: Mapping[Path, bytes] = {}
        self._tasks: dict[Path, Document[Scenario]] = {}
        self._wrong_profile = ""
        self._wrong_tasks: tuple[str, ...] = ()
        self._refresh()

    def _refresh(self) -> None:
        """Reads what somebody has changed in an editor; what is wrong with it is told by `state`.

        What was read before is kept where the new cannot be.
        """
        with self._reading:
            now = written_files(self._project.root)
            if now == self._read:
                return
            own = self._file.path
            others_changed = {**now, own: b""} != {**self._read, own: b""}
            self._read = now
            if others_changed:
                self._wrong_tasks = tuple(self._read_tasks())
            try:
                self._file.refresh()
                self._wrong_profile = ""
            except UsageError as exc:
                self._wrong_profile = str(exc)
            self._discretion.mask(self._file.profile.mask)

    def _read_tasks(self) -> Iterator[str]:
        """Reads the project's tasks and what they say cannot be undone; tells what is wrong.

        The devices stay those that the session was opened with.
        """
        try:
            self._project = replace(read_project(self._project.root), devices=self._project.devices)
        except InvalidFile as invalid:
            yield str(invalid)
        for path in (there := scenario_files(self._project.root)):
            try:
                self._tasks[path] = load_scenario(path, root=self._project.root)
            except InvalidFile as invalid:
                yield str(invalid)
        self._tasks = {path: each for path, each in self._tasks.items() if path in there}
        self._uses = read_uses([*self._tasks.values()], self._project.shared)
        self._commits = read_commits(self._project)

    # --- what the page shows

    def state(self) -> dict[str, Any]:
        """The profile, the names that tasks need, the walk: all but the screen."""
        self._refresh()
        profile = self._file.profile
        tasks = checklist(self._uses, profile)
        phone = phones_of(self._project.devices.devices, self._device)[self._phone]
        return {
            "app": profile.id,
            "name": profile.name.model_dump(),
            "package": profile.android.package,
            "profile": self._file.document.path,
            "wrong": [each for each in (self._wrong_profile, *self._wrong_tasks) if each],
            "device": self._phone,
            "simulated": phone.simulated,
            "sandbox": profile.sandbox,
            "keep_data": phone.keep_data,
            "allow_commit": self._allow_commit and profile.sandbox,
            "unknown_commits": sorted(_names_lacking(self._commits, profile)),
            "elements": {
                name: [name_target(each) for each in locators]
                for name, locators in profile.elements.items()
            },
            "barriers": [*profile.barriers],
            "signs": {
                key: len(getattr(profile, key))
                for key in ("waiting", "errors", "maintenance", "interruptions", "commits", "mask")
            },
            "tasks": [
                {
                    "scenario": each.scenario,
                    "title": each.title.model_dump(),
                    "on_web": each.on_web,
                    "needs": [vars(need) for need in each.needs],
                    "missing": len(each.missing),
                }
                for each in tasks
            ],
            "recording": self._walk.recording,
            "walk": [
                {
                    "say": say(move, profile),
                    "unnamed": bool(move.ways) and not name_of(move, profile),
                    "ways": [written(plain_locator(way)) for way in move.ways[:1]],
                }
                for move in self._walk.moves
            ],
        }

    def screen(self, after: int = 0) -> dict[str, Any]:
        """The screen now; only its number if it is the one that the page has already.

        While something is done on the phone: that it is, and the last picture of it.
        """
        if not self._turn.acquire(timeout=GLANCES_FOR_S):
            doing = self._doing or LOOKING
            return {"busy": doing.model_dump(), "kept": next(reversed(self._kept), "")}
        try:
            shot = self._look()
        finally:
            self._turn.release()
        return {"number": shot.number} if shot.number == after else self._described(shot)

    def earlier(self, number: int) -> dict[str, Any]:
        """A screen that was there a moment ago: a spinner is gone before it can be pointed at.

        Raises:
            Moved: it is no longer kept.
        """
        shot = self._shots.get(number)
        if shot is None:
            raise _moved()
        return self._described(shot)

    def _described(self, shot: Shot) -> dict[str, Any]:
        return {
            "number": shot.number,
            "oldest": min(self._shots),
            "size": list(shot.size),
            "drawn": shot.drawn,
            "package": shot.package,
            "activity": shot.activity,
            "nodes": nodes(shot, self._file.profile),
        }

    def picture(self, number: int) -> bytes | None:
        """The picture of a screen, as long as it is kept."""
        shot = self._shots.get(number)
        return None if shot is None else shot.png

    def kept(self, name: str) -> bytes | None:
        """A picture of the steps that were run last, masked as in a run."""
        return self._kept.get(name)

    def candidates(self, number: int, index: int) -> list[dict[str, Any]]:
        """The ways to find an element of a screen that is kept, the best first.

        Raises:
            Moved: it is no longer kept.
        """
        return [
            {
                "written": written(plain_locator(each.locator)),
                "kind": each.locator.tag,
                "grade": each.grade,
                "usable": each.first,
                "here": each.here,
                "screens": each.screens,
                "elsewhere": each.elsewhere,
                "reasons": [reason.model_dump() for reason in each.reasons],
            }
            for each in self._candidates(number, self._pointed_at(number, index))
        ]

    def _candidates(self, number: int, element: Any) -> tuple[Candidate, ...]:
        others: Sequence[Screen] = self._memory.others(self._shots[number])
        return candidates(element, others, self._discretion.hides)

    def _ways(self, number: int, element: Any) -> tuple[Locator, ...]:
        """Those candidates that a run could use, the best first."""
        return tuple(each.locator for each in self._candidates(number, element) if each.first)

    def _pointed_at(self, number: int, index: int) -> Any:
        shot = self._shots.get(number)
        element = None if shot is None else shot.element(index)
        if element is None:
            raise _moved()
        return element

    def _look(self) -> Shot:
        """The screen as it is; the last shot if nothing has changed since."""
        with self._session() as driver:
            driver.enter("native")
            png, hierarchy = _picture(driver), driver.hierarchy()
            last = self._shots.get(self._looks)
            if last is not None and hierarchy == last.hierarchy and png in (last.png, None):
                return last
            screen = driver.screen()
            size = (screen.right, screen.bottom)
            drawing = _drawing(png, hierarchy, size)
            if last is not None and drawing is not None and hierarchy == last.hierarchy:
                return last
            self._looks += 1
            shot = Shot(
                number=self._looks,
                png=drawing or png or b"",
                hierarchy=hierarchy,
                drawn=drawing is not None,
                package=driver.package(),
                activity=driver.activity(),
                size=size,
            )
        self._shots = {**self._shots, shot.number: shot}
        self._shots.pop(shot.number - SHOTS, None)
        self._discretion.see(hierarchy)
        self._memory.note(shot, self._file.profile.android.package)
        return shot

    # --- touching

    def touch(self, number: int, index: int, *, text: str | None = None) -> None:
        """Taps the middle of an element, or writes a text into it.

        Raises:
            Moved: the element is no longer where it was pointed at; nothing was touched.
            TouchRefused: the touch would land on a commit point.
            DeviceTrouble: the phone did not do it.
        """
        with self._at_work(Words(zh="点按", en="tapping")):
            element = self._pointed_at(number, index)
            ways = self._ways(number, element)
            kind = self._shot_kind()
            with self._session() as driver:
                box = _box_now(element, driver)
                guarded = self._guarded(driver)
                if text is None:
                    guarded.tap(box.middle)
                else:
                    filled = fill(text, self._discretion.secrets(text))
                    guarded.write(_seen_at(box, ways, driver), filled)
            typed = text or ""
            if element.get("password") == "true" and not names_in(typed):
                self._discretion.learn_password(typed)
                typed = PASSWORD
            if text is None:
                ways = self._ways_of_tap(number, element, ways)
            self._note(Move("tap" if text is None else "type", ways, typed, kind))

    def _ways_of_tap(
        self, number: int, label: Any, ways: tuple[Locator, ...]
    ) -> tuple[Locator, ...]:
        """How a walk finds what was tapped: by the button's id, unless the label has a name."""
        button = button_around(label)
        if button is None or name_of(Move("tap", ways), self._file.profile):
            return ways
        return self._ways(number, button)

    def press(self, key: str, direction: str = "") -> None:
        """The back key, the App's launch, a swipe over the screen.

        Raises:
            UsageError: there is no such key.
            TouchRefused: a swipe would begin on a commit point.
            DeviceTrouble: the phone did not do it.
        """
        with self._at_work(Words.same(key)), self._session() as driver:
            guarded, android = self._guarded(driver), self._file.profile.android
            kind = self._shot_kind()
            match key, direction:
                case "back", _:
                    guarded.back()
                case "hide_keyboard", _:
                    guarded.hide_keyboard()
                case "launch", _:
                    guarded.launch(android.package, android.activity)
                case "swipe", ("up" | "down" | "left" | "right") as way:
                    start, end = swipe_line(guarded.screen(), way, SWIPE_SHARE)
                    guarded.drag(start, end, DRAG_S)
                case _:
                    raise UsageError(f"no such key: {key} {direction}")
            self._note(Move(key, (), direction, kind))

    def _guarded(self, driver: Driver) -> GuardedDriver:
        guard = guard_of(self._file.profile, self._commits, allow_commit=self._allow_commit)
        return GuardedDriver(driver, guard)

    def _shot_kind(self) -> str:
        shot = self._shots.get(self._looks)
        return "" if shot is None else f"{shot.package}/{shot.activity}"

    def _note(self, move: Move) -> None:
        self._walk = self._walk.then(move)

    # --- naming

    def name(self, name: str, locators: Sequence[str]) -> None:
        """Names an element in the profile, by these locators as they are written.

        Raises:
            UsageError: something is wrong with name or locators, or the file has changed.
        """
        found = [*dict.fromkeys(self._harmless(each) for each in locators)]
        if not found:
            raise UsageError("没有选定位 / no locator was chosen")
        self._change(lambda text: with_locators(text, name, found))

    def sign(self, key: str, locator: str) -> None:
        """Adds to a list of the profile by what something is known: `waiting`, `errors` ...

        Raises:
            UsageError: it is there already, there is no such list, or the file has changed.
        """
        if key not in ("waiting", "errors", "maintenance", "commits", "mask"):
            raise UsageError(f"no such list: {key}")
        # To mask a name one has to write it down: what a rule says is its author's to answer for.
        item = plain_locator(_locator(locator) if key == "mask" else self._harmless(locator))
        self._change(lambda text: with_item(text, key, item))
        self._discretion.mask(self._file.profile.mask)

    def interruption(self, name: str, seen: str, dismiss: str) -> None:
        """Adds what may come unasked: by what it is known, and what sends it away.

        Raises:
            UsageError: as with `name`.
        """
        item = {
            "name": name,
            "seen": plain_locator(self._harmless(seen)),
            "dismiss": plain_locator(self._harmless(dismiss)),
        }
        self._change(lambda text: with_item(text, "interruptions", item))

    def barrier(self, name: str, kind: str, seen: str, into: str = "", inbox: str = "") -> None:
        """Adds where a person or a secret is needed.

        Args:
            name: of the barrier.
            kind: `sms_code`, `slider` ...
            seen: the locator of what shows it.
            into: the element's name that a code goes into; empty if it asks for none.
            inbox: a pattern of the text message, its first group the code; empty if none comes.

        Raises:
            UsageError: as with `name`.
        """
        value = {
            "kind": kind,
            "seen": plain_locator(self._harmless(seen)),
            **({"into": into} if into else {}),
            **({"inbox": inbox} if inbox else {}),
            "within_s": 60,
        }
        self._change(lambda text: with_entry(text, "barriers", name, value))

    def _harmless(self, text: str) -> Locator:
        """A locator that says nothing which must not be written down."""
        if self._discretion.hides_in(text):
            raise UsageError(
                "定位里有个人信息或秘密，不写进档案 / there is personal data or a secret in the "
                "locator: it is not written into the profile"
            )
        return _locator(text)

    def _change(self, edit: Callable[[str], str]) -> None:
        def discreet(text: str) -> str:
            edited = edit(text)
            self._discretion.hold(edited, before=text)
            return edited

        with self._at_work(Words(zh="写档案", en="writing the profile")):
            self._file.change(discreet)

    # --- steps, walks, drafts

    def run_steps(self, text: str) -> dict[str, Any]:
        """Runs a step or several at once, from where the App is, by the runner.

        Raises:
            UsageError: something is wrong with them.
        """
        self._refresh()
        document = read_steps(text)
        try:
            self._check(document)
        except InvalidFile as exc:
            raise as_typed(exc, text) from exc
        planned = tuple(_without_goal(expand(document, self._project.shared)))
        with self._at_work(Words(zh="执行步骤", en="running the step")):
            kind = self._shot_kind()
            record = self._attempt(document, planned, fresh=False)
            if record.verdict.outcome.completed:
                dash = "" if text.lstrip().startswith("-") else "- "
                self._note(Move("steps", (), f"{dash}{text.strip()}", kind))
        return _told(record)

    def record(self, *, on: bool) -> None:
        """Begins a walk, with the App as after its installation, or ends it.

        Raises:
            DeviceTrouble: the App cannot be begun afresh.
        """
        if not on:
            self._walk = replace(self._walk, recording=False)
            return
        with self._at_work(Words(zh="从头开始", en="starting afresh")), self._session() as driver:
            phone = phones_of(self._project.devices.devices, self._device)[self._phone]
            android = self._file.profile.android
            driver.reset(android.package, keep_data=phone.keep_data)
            self._walk = Walk(recording=True)
            driver.launch(android.package, android.activity)
            self._note(Move("launch"))

    def drop(self, index: int, said: str) -> None:
        """Takes one thing out of the walk; what was done on the phone stays done.

        Args:
            index: its place, from 0.
            said: what the page shows there: another page may have changed the walk.

        Raises:
            Moved: something else stands there by now.
        """
        there = self._walk.moves[index : index + 1]
        if [say(move, self._file.profile) for move in there] != [said]:
            raise Moved("录制已经变了，没有去掉 / the walk has changed, nothing was taken out")
        self._walk = self._walk.without(index)

    def draft(self, about: About) -> str:
        """The walk as a task in YAML."""
        return draft(self._walk, self._file.profile, about)

    def check(self, text: str) -> None:
        """Whether a task could run on this App.

        Raises:
            InvalidFile: with all its mistakes, by place.
        """
        self._refresh()
        self._check(read_task(text))

    def try_out(self, text: str) -> dict[str, Any]:
        """Runs a task from a fresh App to its goal, by the runner.

        Raises:
            UsageError: something is wrong with it, or the App must not be tried again yet.
        """
        self._refresh()
        document = read_task(text)
        self._check(document)
        with self._at_work(Words(zh="试运行", en="trying the task")):
            self._take_turn()
            planned = expand(document, self._project.shared)
            return _told(self._attempt(document, planned, fresh=True))

    def save(self, text: str) -> str:
        """Writes a task that could run to where it belongs; gives the path in the project.

        Raises:
            UsageError: something is wrong with it, or there is such a file.
        """
        self._check(read_task(text))
        self._discretion.hold(text)
        for span in find(text):
            said = text[span.start : span.end]
            if span.kind not in OF_OFFICES and not said.startswith(FICTIONAL):
                raise UsageError(
                    f"任务里有个人信息 {star(said)}，不保存；请换成虚构的，手机号用 {FICTIONAL}0 / "
                    f"there is personal data in the task, {star(said)}: it is not saved; write "
                    f"something fictional, of mobile numbers {FICTIONAL}0"
                )
        path = save_task(self._project.root, text)
        return path.relative_to(self._project.root).as_posix()

    def _check(self, document: Document[Scenario]) -> None:
        problems = check(document, (self._file.document,), self._project.shared)
        if problems:
            raise InvalidFile(problems)

    def _take_turn(self) -> None:
        """Counts an attempt on a real App, as a run does; one too many is not made."""
        profile = self._file.profile
        phone = phones_of(self._project.devices.devices, self._device)[self._phone]
        limit, package = profile.hourly_limit, profile.android.package
        if limit is None or phone.simulated:
            return
        wait_s = waits_s(begun_before(package, self._clock.now()), limit)
        if wait_s > 0:
            raise UsageError(
                f"这一小时已试 {limit} 次，再等 {say_minutes(wait_s)} / {limit} attempts have "
                f"begun on {package} within the hour: wait {say_minutes(wait_s)}"
            )
        pace = Pace(self._clock, lambda _: None)
        pace.wait_for_turn(package, limit, self._file.document.path, leave=lambda: None)

    def _attempt(
        self, document: Document[Scenario], steps: tuple[PlannedStep, ...], *, fresh: bool
    ) -> AttemptRecord:
        phone = phones_of(self._project.devices.devices, self._device)[self._phone]
        profile = self._file.profile
        planned = PlannedAttempt(
            scenario=document.value.id,
            app=profile.id,
            device=self._device,
            repetition=1,
            file=document.path,
            steps=steps,
        )
        task = Task(
            planned=planned,
            scenario=document.value,
            profile=profile,
            simulated=phone.simulated,
            attended=phone.attended,
            keep_data=phone.keep_data,
            allow_commit=self._allow_commit,
            commits=self._commits,
            secrets=self._discretion.secrets(planned.model_dump_json()),
        )

        def connect() -> Driver:
            driver = self._phones.driver(self._phone)
            return driver if fresh else AsItStands(driver)

        def watch(step: PlannedStep) -> None:
            self._doing = step.step.describe()

        self._kept = {}
        with Evidence(self._keep) as evidence:
            record = run_attempt(
                task, connect, evidence, self._clock, watch,
                lambda: self._phones.diagnose(self._phone),
            )  # fmt: skip
        if record.trouble:
            self._phones.discard(self._phone)
        return record

    def _keep(self, data: bytes, suffix: str) -> str:
        """Keeps what the runner takes as evidence: its pictures, in memory only."""
        name = f"{len(self._kept) + 1}.{suffix}"
        if suffix == "jpg":
            self._kept = {**self._kept, name: data}
        return name

    # --- one thing at a time

    @contextmanager
    def _at_work(self, doing: Words) -> Iterator[None]:
        self._take_the_phone()
        try:
            self._doing = doing
            yield
        finally:
            self._doing = None
            self._turn.release()

    def _take_the_phone(self) -> None:
        """Waits for a look to end, which is soon; not for work: done later, it would surprise.

        Raises:
            Busy: something is being done.
        """
        if self._turn.acquire(timeout=BUSY_AFTER_S):
            return
        if self._doing is None and self._turn.acquire(timeout=LOOKS_FOR_S):
            return
        doing = self._doing or LOOKING
        raise Busy(
            f"手机正忙（{doing.zh}），没有做 / nothing was done, the phone is busy: {doing.en}"
        )

    @contextmanager
    def _session(self) -> Iterator[Driver]:
        """The phone's session; one that met trouble is not used again."""
        try:
            yield self._phones.driver(self._phone)
        except TouchRefused:
            raise
        except DeviceTrouble:
            self._phones.discard(self._phone)
            raise


# --- pure, or nearly ------------------------------------------------------------------------------


def _picture(driver: Driver) -> bytes | None:
    """The screen as PNG; None where the phone says that it forbids pictures."""
    try:
        return driver.picture()
    except NoAnswer as refused:
        if REFUSAL not in str(refused):
            raise
        return None


def _drawing(png: bytes | None, hierarchy: str, size: tuple[int, int]) -> bytes | None:
    """What is shown in place of a picture that is none."""
    if png is None:
        return wireframe(hierarchy, size, "refused")
    return wireframe(hierarchy, size, "black") if size_if_black(png) else None


def _box_now(element: Any, driver: Driver) -> Box:
    """Where an element that was pointed at is now, if it is the same and still there."""
    shot = Shot(0, b"", driver.hierarchy(), False, "", "", (0, 0))
    there = again(element, shot.elements)
    box = None if there is None else box_of(there)
    if box is None:
        raise _moved()
    return box


def _moved() -> Moved:
    return Moved(
        "屏幕已经变了，没有点；请再指一次 / the screen has changed, nothing was touched: "
        "point again"
    )


def _seen_at(box: Box, ways: Iterable[Locator], driver: Driver) -> Seen:
    """The handle of the element in a box."""
    for way in ways:
        for seen in driver.look(way):
            if seen.box == box:
                return seen
    raise _moved()


def _locator(text: str) -> Locator:
    """A locator as it is written in a profile: `{id: home_search}`."""
    root = read_source(text.encode("utf-8", "replace")).root
    try:
        return LOCATOR.validate_python(None if root is None else as_plain(root))
    except ValidationError as exc:
        raise UsageError(
            f"不是定位 / this is no locator: {text}; 写成 write {{id: ...}}, {{text: ...}}"
        ) from exc


def _names_lacking(targets: Iterable[Target], profile: AppProfile) -> set[str]:
    """The names among targets that a profile does not know: nothing is guarded by them."""
    return {each for each in targets if isinstance(each, str) and each not in profile.elements}


def _without_goal(steps: Iterable[PlannedStep]) -> Iterator[PlannedStep]:
    for each in steps:
        if each.path != GOAL:
            yield each.model_copy(update={"steps": tuple(_without_goal(each.steps))})


def _told(record: AttemptRecord) -> dict[str, Any]:
    """What the page shows of an attempt."""
    outcome = record.verdict.outcome
    return {
        "outcome": outcome.value,
        "passed": outcome.completed,
        "reasons": [each.model_dump() for each in record.verdict.reasons],
        "trouble": record.trouble,
        "wall_s": round(record.wall_s, 1),
        "steps": [
            {
                "path": step.path,
                "sentence": step.sentence.model_dump(),
                "status": step.status,
                "seconds": round(step.times.app_s, 2),
                "expected": step.expected and step.expected.model_dump(),
                "seen": step.seen and step.seen.model_dump(),
                "picture": step.after,
            }
            for step in record.steps
        ],
    }
