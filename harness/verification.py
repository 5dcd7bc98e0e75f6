"""Which elements of a profile are on the screens of an App: looked for, never touched.

A tester brings the phone to one screen after the other; whatever of the profile is on it is
ticked, with the locator that found it. What was found, and when, is written into the profile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from rich.console import Console
from rich.table import Table

from harness.errors import TouchRefused
from harness.finder import Finder
from harness.guarded_driver import GuardedDriver
from harness.hierarchy import elements
from harness.likeness import likeness
from harness.load import Document
from harness.model import AppProfile, AttemptRecord, Likeness, Locator, Match, name_target
from harness.proposal import Edit, apply, insert_locator

TABS = "tab"
"""The group of elements that lead from screen to screen without doing anything."""
SETTLES_WITHIN_S = 1.5


def screens_of(profile: AppProfile) -> dict[str, tuple[str, ...]]:
    """The elements by screen: what stands before the dot of their names, in the file's order."""
    found: dict[str, list[str]] = {}
    for name in profile.elements:
        found.setdefault(name.partition(".")[0], []).append(name)
    return {screen: tuple(names) for screen, names in found.items()}


@dataclass
class Verification:
    """What has been found so far of a profile's elements.

    Attributes:
        found: the match of each element that was seen, by its name.
        alike: what was like an element that its locators did not find, by its name.
        simulated: whether the phone is one, which says nothing of the real App.
    """

    profile: AppProfile
    simulated: bool = False
    found: dict[str, Match] = field(default_factory=dict)
    alike: dict[str, Likeness] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """The elements that were not seen yet."""
        return tuple(name for name in self.profile.elements if name not in self.found)

    def look(self, finder: Finder, hierarchy: str, here: Collection[str] = ()) -> tuple[str, ...]:
        """Looks at one screen for all that was not seen yet; says what of it was there.

        Args:
            finder: of the phone.
            hierarchy: of the screen, for what is like an element.
            here: elements that should be on this screen: also in its web page, and what is like
                them is noted.
        """
        for name in self.missing:
            match = finder.find(name) or (finder.find(name, "webview") if name in here else None)
            if match is not None:
                self.found[name] = match.match
                self.alike.pop(name, None)
        finder.enter("native")
        there = elements(hierarchy)
        for name in here:
            like = likeness(name, "tap", self.profile, there) if name in self.missing else None
            if like is not None:
                self.alike[name] = like
        return tuple(name for name in here if name in self.found)

    def learn(self, records: Iterable[AttemptRecord]) -> None:
        """Takes what attempts have found on their way: a walk that nobody had to make.

        What simulated phones have shown counts among simulated phones only.
        """
        for record in records:
            if record.simulated != self.simulated:
                continue
            for step in record.steps:
                if step.match is not None and step.match.target in self.profile.elements:
                    self.found.setdefault(step.match.target, step.match)


def walk_tabs(
    verification: Verification,
    driver: GuardedDriver,
    finder: Finder,
    pause: Callable[[float], None],
) -> None:
    """Looks at the screen in front, then behind each of its tabs; nothing else is touched."""
    screens = screens_of(verification.profile)
    verification.look(finder, driver.hierarchy(), screens.get(TABS, ()))
    for name in screens.get(TABS, ()):
        tab = finder.find(name)
        if tab is None:
            continue
        try:
            driver.tap(tab.seen.box.middle)
        except TouchRefused:
            continue  # something that cannot be undone lies there
        pause(SETTLES_WITHIN_S)
        verification.look(finder, driver.hierarchy())


# --- into the file --------------------------------------------------------------------------------


def write_down(
    document: Document[AppProfile],
    text: str,
    verification: Verification,
    *,
    on: date | None,
    mends: Mapping[str, Locator],
    whole: bool = True,
) -> str:
    """The profile's text with what was verified; all else in it stays to the letter.

    Args:
        document: the profile as it was read.
        text: what its file says.
        verification: what was found.
        on: the day; None on a simulated phone, which says nothing of the real App.
        mends: locators to put first, by element.
        whole: whether all screens were looked at: only then is there a date to write.
    """
    edits = [
        edit
        for name, locator in mends.items()
        for edit in insert_locator(document, text, name, locator)
    ]
    if whole and verification.found:
        edits += _edit_verified(document, text, verification, on)
    return apply(text, edits)


def _edit_verified(
    document: Document[AppProfile], text: str, verification: Verification, on: date | None
) -> list[Edit]:
    verified = document.value.verified
    when = "simulated" if on is None else on.isoformat()
    found = f"{len(verification.found)} of {len(document.value.elements)}"
    place = document.place("verified", "elements")
    line = text.splitlines()[place[0] - 1]
    edits = []
    if verified.found is not None:
        edits.append(Edit(*document.place("verified", "found"), verified.found, found))
        edits.append(Edit(*place, verified.elements, when))
    elif line.lstrip().startswith("elements:"):  # a line for each key
        indent = line[: len(line) - len(line.lstrip())]
        edits.append(Edit(*place, verified.elements, f"{when}\n{indent}found: {found}"))
    else:
        edits.append(Edit(*place, verified.elements, f"{when}, found: {found}"))
    if on is not None:
        edits.append(Edit(*document.place("verified", "package"), verified.package, on.isoformat()))
    return edits


# --- on the terminal ------------------------------------------------------------------------------


def show(verification: Verification, console: Console, screens: Collection[str] = ()) -> None:
    """A table of what was found, with the locator that did, and what is proposed for the rest.

    Screens of which nothing was seen are named below it: they were not gone to, most likely.
    """
    table = Table(title=f"{verification.profile.name.zh} {verification.profile.id}")
    for column in ("", "元素 element", "定位（第几／共几）locator (which of)", "几个 how many"):
        table.add_column(column)
    unseen = []
    for screen, names in screens_of(verification.profile).items():
        if screens and screen not in screens:
            continue
        if not any(name in verification.found or name in verification.alike for name in names):
            unseen.append(f"{screen} ({len(names)})")
            continue
        for name in names:
            table.add_row(*_row(name, verification))
        table.add_section()
    if table.row_count:
        console.print(table)
    if unseen:
        said = f"没见到的界面（元素数）screens not seen (elements): {', '.join(unseen)}"
        console.print(said, highlight=False)
    console.print(
        f"看到 found {len(verification.found)} / {len(verification.profile.elements)}",
        highlight=False,
    )


def _row(name: str, verification: Verification) -> tuple[str, str, str, str]:
    match, like = verification.found.get(name), verification.alike.get(name)
    if match is not None:
        of = len(verification.profile.elements[name])
        which = f"{name_target(match.locator)}（{match.position}/{of}）"
        many = f"{match.candidates} 个，不唯一 ambiguous" if match.ambiguous else "1"
        return "✓", name, which, many
    told = "没看到 not seen" if like is None else f"可能是 may be {name_target(like.locator)}"
    return "✗", name, told, ""
