"""The last act of a run: reads it back from the disk, scores it, shows it, writes its pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness.clock import Clock, SystemClock
from harness.errors import UsageError
from harness.model import Words
from harness.store import Run, desk_path, read_run, report_path
from scoring.audit.findings import Judgement, once
from scoring.audit.reading import audit_run, audits_of
from scoring.compare import Side, SideBySide, choose_sides, compare
from scoring.explain import Evidence, Explanation, explain
from scoring.frame import attempt_frame, step_frame
from scoring.index import AppKey, ByItem, Indexes, index_apps, index_each
from scoring.leaves import Audited
from scoring.pack import values_by_app
from scoring.report.publish import Told, publish
from scoring.report.shown import Shown
from scoring.review.book import Book, has_reviews, read_book, read_reviewed
from scoring.review.desk import Desk
from scoring.review.events import REVIEWER
from scoring.review.ratings import ITEM as RATING
from scoring.review.ratings import rate
from scoring.review.rule import Reviewed
from scoring.scorecard import Scorecard, score, with_index
from scoring.show import show
from scoring.tree import INDICATORS, Tree, load_tree
from scoring.values import attempt_values
from scoring.write import write


@dataclass(frozen=True)
class Conclusion:
    """What runs come to, and by what.

    Attributes:
        shown: the runs, with what reviewers said where that counts.
        card: the scorecard, with the index of the Apps.
        tree: of indicators.
        judgements: of the screens.
    """

    shown: tuple[Shown, ...]
    card: Scorecard
    tree: Tree
    judgements: tuple[Judgement, ...] = ()


def conclude(directory: Path, console: Console) -> Scorecard:
    """Scores a run that has ended: prints the scorecard, writes its scores/ and its report/.

    Raises:
        UsageError: the directory is no run.
        ResultsTrouble: scores or pages cannot be written; the card was printed.
    """
    found = assess([directory])
    show(found.card, console)
    write(found.card, directory)
    write_report(found)
    return found.card


def assess(
    directories: Sequence[Path], indicators: Path = INDICATORS, *, reviews: bool = True
) -> Conclusion:
    """The scorecard of runs, with the index of their Apps and what their screens show.

    Args:
        directories: of the runs.
        indicators: the file with the tree of indicators.
        reviews: whether what reviewers have said counts.

    Raises:
        UsageError: a directory is no run, or one is given twice.
        InvalidFile: the file of indicators has mistakes.
    """
    books = [read_book(each) if reviews else Book(()) for each in directories]
    read = zip(directories, books, strict=True)
    shown = tuple(Shown(read_run(each), each, book.opinions) for each, book in read)
    unread = [problem for book in books for problem in book.problems]
    card = score(
        [each.run for each in shown], [done for each in shown if (done := each.reviewed)], unread
    )
    tree = load_tree(indicators)
    judgements = audit((each.run, each.directory) for each in shown)
    index = _index(directories, tree, judgements, reviews=reviews)
    return Conclusion(shown, with_index(card, index), tree, judgements)


def _read(directory: Path, *, reviews: bool) -> tuple[Run, Reviewed | None, tuple[str, ...]]:
    run = read_run(directory)
    return read_reviewed(directory, run) if reviews else (run, None, ())


def _changed(directories: Iterable[Path]) -> dict[Path, Run]:
    """The runs in which reviewers have changed something, as they see them."""
    having = (directory for directory in directories if has_reviews(directory))
    found = ((directory, *_read(directory, reviews=True)) for directory in having)
    return {directory: run for directory, run, done, _ in found if done and done.changes}


def index_runs(
    directories: Sequence[Path], indicators: Path = INDICATORS, *, reviews: bool = True
) -> Indexes:
    """The index of the Apps of runs; from packed frames where there are any.

    Raises:
        UsageError: a directory is no run.
        InvalidFile: the file of indicators has mistakes.
    """
    tree = load_tree(indicators)
    judgements = audit((read_run(directory), directory) for directory in directories)
    return _index(directories, tree, judgements, reviews=reviews)


def _index(
    directories: Sequence[Path], tree: Tree, judgements: Iterable[Judgement], *, reviews: bool
) -> Indexes:
    changed = _changed(directories) if reviews else {}
    items = _items(judgements, directories if reviews else ())
    return index_each(tree, values_by_app(directories, changed), items)


def _items(
    judgements: Iterable[Judgement], reviewed: Iterable[Path]
) -> dict[AppKey, dict[str, Audited]]:
    """What no attempt says: what screens showed, and what reviewers' questionnaires say."""
    found = {app: dict(items) for app, items in audits_of(judgements).items()}
    having = (directory for directory in reviewed if has_reviews(directory))
    rated = rate((read_run(directory), read_book(directory).opinions) for directory in having)
    for app, rating in rated.items():
        found.setdefault(app, {})[RATING] = rating
    return found


def compare_runs(
    directories: Sequence[Path],
    apps: Sequence[str],
    indicators: Path = INDICATORS,
    *,
    paired: bool = False,
) -> SideBySide:
    """Two Apps of one run, or two runs, held against each other.

    Raises:
        UsageError: they cannot be compared, or there are several pairs to choose from.
        InvalidFile: the file of indicators has mistakes.
    """
    runs = [_read(directory, reviews=True)[0] for directory in directories]
    first, second = choose_sides(runs, apps)
    tree = load_tree(indicators)
    places = dict(zip((run.run.run_id for run in runs), directories, strict=True))
    audits = (_audit_side(first, places), _audit_side(second, places))
    return compare(first, second, tree, paired=paired, audits=audits)


def _audit_side(side: Side, places: Mapping[str, Path]) -> ByItem:
    directory = places[side.run.run.run_id]
    found = _items(audit([(side.run, directory)]), [directory])
    return next((items for (app, _), items in found.items() if app == side.app), {})


def explain_runs(
    directories: Sequence[Path], indicator: str, app: str | None, indicators: Path = INDICATORS
) -> tuple[Explanation, ...]:
    """What a node of the index rests on, for one App or each.

    Raises:
        UsageError: a directory is no run; there is no such indicator or App.
        InvalidFile: the file of indicators has mistakes.
    """
    tree = load_tree(indicators)
    return explain(tree, *gather(directories, tree), indicator, app)


def gather(directories: Sequence[Path], tree: Tree) -> tuple[Indexes, Evidence]:
    """The index of the Apps of runs, and all that it was made of.

    Raises:
        UsageError: a directory is no run.
    """
    runs = [(_read(directory, reviews=True)[0], directory) for directory in directories]
    judgements = audit(runs)
    only = [run for run, _ in runs]
    values = attempt_values(attempt_frame(only), step_frame(only))
    index = index_apps(tree, values, _items(judgements, directories))
    return index, Evidence(runs, values, judgements)


def audit(runs: Iterable[tuple[Run, Path]]) -> tuple[Judgement, ...]:
    """What the screens of runs show, each thing once over all of them."""
    return once(judgement for run, directory in runs for judgement in audit_run(run, directory))


def write_report(found: Conclusion, to: Path | None = None, told: Told | None = None) -> Path:
    """Writes the pages of runs and returns the first; into the last run's report/ by default.

    Args:
        found: the runs, and what they come to.
        to: the folder of the pages.
        told: is told of the progress.

    Raises:
        ResultsTrouble: the pages cannot be written.
    """
    to = to or report_path(found.shown[-1].directory)
    return publish(found.shown, found.card, _explain_all(found), to, told=told)


def _explain_all(found: Conclusion) -> tuple[Explanation, ...]:
    """What each indicator of each App rests on; nothing where no attempt counts."""
    indexes = found.card.index
    if indexes is None or not indexes.apps:
        return ()
    runs = [(each.run, each.directory) for each in found.shown]
    only = [run for run, _ in runs]
    values = attempt_values(attempt_frame(only), step_frame(only))
    evidence = Evidence(runs, values, found.judgements)
    leaves = (explain(found.tree, indexes, evidence, leaf) for leaf in found.tree.leaves)
    return tuple(each for explanations in leaves for each in explanations)


def open_desks(
    directories: Sequence[Path], reviewer: str, clock: Clock | None = None
) -> dict[str, Desk]:
    """A reviewer's desk at each run, by the run's id; writes the pages that it stands beside.

    They are not those of the report: whoever judges is to be told nothing of what others say.

    Raises:
        UsageError: a directory is no run, or the reviewer's name is no name of a file.
        ResultsTrouble: the pages cannot be written.
    """
    if not REVIEWER.fullmatch(reviewer):
        rule = Words(
            zh="不能作评审人的名字：最多 60 个字母、数字和 . _ -",
            en="cannot be a reviewer's name: use up to 60 letters, digits and . _ -",
        )
        raise UsageError(f"{reviewer!r}: {rule}")
    desks = {}
    for directory in directories:
        found = assess([directory], reviews=False)
        explanations = _explain_all(found)
        publish(found.shown, found.card, explanations, desk_path(directory), report_path(directory))
        run = found.shown[0].court
        desks[run.run.run_id] = Desk(run, directory, reviewer, clock or SystemClock())
    return desks
