"""Takes the evidence of an attempt, always after the step's clock has stopped."""

from __future__ import annotations

from harness.errors import StepFailed
from harness.evidence import Picture, alike_but_for_system
from harness.hierarchy import readable
from harness.launch_log import displayed_s
from harness.model import Checkpoint, Condition, Launch, Symptoms, name_target
from harness.stage import Draft, Stage
from harness.stillness import Glimpse, look, once_still
from harness.symptoms import Memory, examine


class Witness:
    """What was kept of one attempt so far."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._last: Picture | None = None
        self._shot: bytes | None = None
        self._before_touch: Picture | None = None
        self._shot_before_touch: bytes | None = None
        self._hierarchy = self._hierarchy_before_touch = ""
        self._activity = ""
        self._log: list[str] = []
        self._troubled = False
        self.checkpoints: tuple[str, ...] = ()
        """Names of the checkpoints that were seen, in the order in which they were."""

    @property
    def has_picture(self) -> bool:
        """Whether the screen is known by a picture, so that none is taken before a touch."""
        return self._last is not None

    def before(self, draft: Draft, *, anew: bool = False) -> None:
        """The screen before a touch: the last picture, unless the step has had to wait since.

        Args:
            draft: of the step.
            anew: something was sent away since the last picture.
        """
        draft.waited = draft.waited or anew
        if self._last is None or draft.waited:
            with draft.ledger.evidence():
                shot = self._stage.shot()
                if self._last is None or shot is None or shot != self._shot:
                    self._last = self._stage.keep_picture(shot)
                self._shot = shot
        draft.before = self._before_touch = self._last
        self._shot_before_touch = self._shot
        # What the step has waited for may have changed the screen since.
        self._hierarchy_before_touch = "" if draft.waited else self._hierarchy

    def after(self, draft: Draft) -> None:
        """The screen after the step, once it is still, and the checkpoints that it reaches."""
        with draft.ledger.evidence():
            first = look(self._stage)
            if self._shows_the_same(first):
                draft.activity = self._activity
            else:
                self._describe(first.hierarchy or self._stage.driver.hierarchy(), draft)
            seen = once_still(self._stage, draft, first, self._hierarchy)
            if seen.hierarchy != self._hierarchy:
                self._describe(seen.hierarchy, draft)
            self._shot, draft.settled = seen.png, seen.settled
            draft.after = self._last = self._stage.keep_picture(seen.png, seen.hierarchy)
            draft.hierarchy = self._stage.keep_hierarchy(seen.hierarchy)
            if isinstance(draft.planned.step, Launch):
                draft.displayed_s = self._displayed()

    def _shows_the_same(self, glimpse: Glimpse) -> bool:
        """Whether the picture is to the byte the last one, and tells something of the screen.

        Then there is nothing new to ask the phone. Of a black picture only the hierarchy tells.
        """
        return not glimpse.hierarchy and glimpse.png == self._shot and self._hierarchy != ""

    def _describe(self, hierarchy: str, draft: Draft) -> None:
        """What only the phone can say of the screen with this hierarchy."""
        self._hierarchy = hierarchy
        draft.activity = self._activity = self._stage.driver.activity(hierarchy)
        # Now, while the screen is watched, so that nobody waits for it afterwards.
        self._stage.redaction.screen(hierarchy)
        self._reach_checkpoints()

    def _displayed(self) -> float | None:
        """How long Android says that the launch took."""
        log = self._stage.driver.log()
        self._log.extend(log)
        return displayed_s(log, self._stage.task.profile.android.package)

    def examine(self, failed: StepFailed, draft: Draft, memory: Memory) -> Symptoms:
        """Everything that bears on why the step failed. The screen may be another afterwards."""
        stage = self._stage
        with draft.ledger.evidence():
            self._troubled = True
            shot = stage.shot()
            same = shot is not None and shot == self._shot
            now = stage.keep_picture(shot, self._hierarchy if same else None)
            touched = failed.failure != "commit_point"
            return examine(
                failed,
                planned=draft.planned,
                stage=stage,
                log=self._log,
                unchanged=touched and self._is_unchanged(now, shot),
                memory=memory,
            )

    def _is_unchanged(self, now: Picture, shot: bytes | None) -> bool:
        """Whether the screen is as before the last touch, but for what the system shows."""
        if self._before_touch is None or now.blind:
            return False
        if now.digest == self._before_touch.digest:
            return True
        # A screen that draws itself has one hierarchy for all that it shows.
        same = self._hierarchy == self._hierarchy_before_touch != ""
        return same and alike_but_for_system(shot, self._shot_before_touch)

    def kept_log(self) -> str | None:
        """The device's log, which is read at trouble only."""
        if not self._troubled:
            return None
        lines = tuple(map(self._stage.redaction.words, self._log))
        return self._stage.evidence.log(lines).result()

    def _reach_checkpoints(self) -> None:
        for checkpoint in self._stage.task.scenario.checkpoints:
            name = name_target(checkpoint.at)
            here = (checkpoint.context == "webview") == (self._stage.driver.page is not None)
            # Evidence never goes from one context to another.
            if here and name not in self.checkpoints and self._is_at(checkpoint):
                self.checkpoints = (*self.checkpoints, name)

    def _is_at(self, checkpoint: Checkpoint) -> bool:
        """Whether the screen shows it; the phone is asked where the hierarchy does not tell."""
        finder = self._stage.finder
        if checkpoint.context == "native":
            if finder.rules_out(checkpoint.at, self._hierarchy):
                return False
            sign = Condition(visible=checkpoint.at)
            if finder.found_in(sign, readable(self._hierarchy)) is not None:
                return True
        return finder.find(checkpoint.at, checkpoint.context) is not None
