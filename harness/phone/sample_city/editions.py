"""The editions of the sample App: the same App with different plants."""

from __future__ import annotations

from dataclasses import dataclass

from harness.phone.sample_city.plants import CLUTTERED, PLANTS, TROUBLED, Plant


@dataclass(frozen=True)
class Edition:
    """One build of the sample App; `suffix` makes its package name its own."""

    name: str
    suffix: str = ""
    version: str = "3.2.0"
    plants: frozenset[Plant] = frozenset()

    def has(self, plant: Plant) -> bool:
        """Whether this defect is in."""
        return plant in self.plants


def planted_in(name: str) -> frozenset[Plant]:
    """All plants that the edition of this name carries."""
    return frozenset(plant for plant in PLANTS if plant.edition == name)


WELL_KEPT_EDITION = Edition("sample_city")
CLUTTERED_EDITION = Edition(CLUTTERED, ".cluttered", "2.8.1", planted_in(CLUTTERED))
TROUBLED_EDITION = Edition(TROUBLED, ".troubled", "3.1.4", planted_in(TROUBLED))
