"""Element names of profiles that no task uses: misspelt, most likely, and then tasks are left out.

That is no mistake, for a task may be still to be written: it is told, and everything runs.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from itertools import chain

from harness.errors import UsageError
from harness.load import Document, load_scenario
from harness.model import AppProfile, Words
from harness.problem import InvalidFile, Problem, join, propose
from harness.project import Project, scenario_files
from harness.references import STEPS_KEYS, TARGET_KEYS
from harness.yaml_source import Mapping, Node, texts

TABS = "tab."
MISSPELT = 0.85
"""How like another a name is that was meant to be it; `services.more` is not `home.services`."""


def find_unused(
    project: Project, apps: Collection[str], *, misspelt_only: bool = False
) -> tuple[Problem, ...]:
    """The names that profiles of these Apps write and that neither a task nor they themselves use.

    What a profile has from the one that it is like is told of there. The tabs are used by
    `verify-profile`.

    Args:
        project: where profiles and tasks are.
        apps: by id.
        misspelt_only: only names that are near to one that tasks use and the profile lacks.
    """
    used = frozenset(chain.from_iterable(map(_names, _trees(project))))
    profiles = (project.profiles[app] for app in sorted(apps) if app in project.profiles)
    found = chain.from_iterable(_unused(each, used, misspelt_only) for each in profiles)
    return tuple(sorted(found))


def _trees(project: Project) -> Iterator[Node]:
    """All that is written of steps, also in files in which something is wrong."""
    yield from (shared.tree for shared in project.shared.values())
    for path in scenario_files(project.root):
        try:
            yield load_scenario(path, root=project.root).tree
        except InvalidFile as invalid:
            if invalid.tree is not None:
                yield invalid.tree
        except UsageError:
            continue


def _names(tree: Node) -> Iterator[str]:
    for path, written in texts(tree):
        if path[0] in STEPS_KEYS and path[-1] in TARGET_KEYS:
            yield written.text


def _unused(
    document: Document[AppProfile], used: Collection[str], misspelt_only: bool
) -> Iterator[Problem]:
    profile, tree = document.value, document.tree
    own = tree.entry("elements") if isinstance(tree, Mapping) else None
    names = own.value.keys if own is not None and isinstance(own.value, Mapping) else ()
    said = {each.into for each in profile.barriers.values() if isinstance(each.into, str)}
    said |= {each for each in profile.commits if isinstance(each, str)}
    wanted = [name for name in used if name not in profile.elements]
    for name in names:
        if name in used or name in said or name.startswith(TABS):
            continue
        near = difflib.get_close_matches(name, wanted, n=1, cutoff=MISSPELT)
        if near or not misspelt_only:
            line, column = document.place("elements", name)
            field = document.field("elements", name)
            yield Problem(document.path, line, column, field, _say_unused(name, near))


def _say_unused(name: str, near: Collection[str]) -> Words:
    message = Words(zh=f"没有任务用到“{name}”", en=f"no task uses {name!r}")
    return join(message, *(propose(each) for each in near))
