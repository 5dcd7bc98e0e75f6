"""A phone under inspection: looked at, touched, its elements named, its ways written down.

One phone has one bench, and does one thing at a time; each thing has its own part here.
"""

from __future__ import annotations

from typing import Any

from harness.clock import Clock
from harness.inspect.discretion import Discretion
from harness.inspect.held_phone import Held, HeldPhone, Phones
from harness.inspect.looking import Looking
from harness.inspect.naming import Naming
from harness.inspect.papers import Papers
from harness.inspect.recording import Recording
from harness.inspect.touching import Touching
from harness.inspect.trying import Trying
from harness.profile_file import ProfileFile
from harness.project import Project


class Bench:
    """A phone, an App on it, the App's profile.

    Args:
        project: the files beside the profile.
        file: the profile.
        held: which phone it is.
        phones: the open sessions.
        clock: times attempts, and waits.

    Attributes:
        looking: at its screens.
        touching: what is on them.
        naming: it, in the profile.
        recording: what is done.
        trying: steps and tasks.
    """

    def __init__(
        self, project: Project, file: ProfileFile, held: Held, phones: Phones, clock: Clock
    ) -> None:
        discretion = Discretion(file.profile.mask)
        phone = self._phone = HeldPhone(held, phones)
        papers = self._papers = Papers(project, file, discretion)
        self.looking = Looking(phone, papers, discretion)
        self.recording = Recording(phone, papers)
        self.naming = Naming(phone, papers, discretion)
        self.touching = Touching(phone, papers, self.looking, self.recording, discretion)
        self.trying = Trying(phone, papers, self.looking, self.recording, discretion, clock)

    def state(self) -> dict[str, Any]:
        """The profile, the names that tasks need, the walk: all but the screen."""
        papers, held = self._papers.state(), self._phone.held
        return {
            **papers,
            **self.recording.state(),
            "device": held.name,
            "simulated": held.entry.simulated,
            "keep_data": held.entry.keep_data,
            "allow_commit": held.allow_commit and papers["sandbox"],
        }

    def screen(self, after: int = 0) -> dict[str, Any]:
        """The screen now; only its number if it is the one that the page has already.

        While something is done on the phone: that it is, and the last picture of it.
        """
        with self._phone.glance() as free:
            if not free:
                return {"busy": self._phone.doing.model_dump(), "kept": self.trying.last_kept}
            shot = self.looking.look()
        return {"number": shot.number} if shot.number == after else self.looking.describe(shot)
