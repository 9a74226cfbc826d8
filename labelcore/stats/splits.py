"""Train, dev and test by the hash of an output's group."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from labelcore.models import SplitName

UNTIL_TRAIN, UNTIL_DEV = 40, 70
"""Percent: 40 train, 30 dev, 30 test."""


def split_of(project_id: str, group: str, round_: int = 0) -> SplitName:
    """The split of a group (rows of one source). ``round_``: how many tests were given up before."""
    parts = (project_id, group) if round_ == 0 else (project_id, group, str(round_))
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    percent = int.from_bytes(digest[:8], "big") % 100
    if percent < UNTIL_TRAIN:
        return "train"
    return "dev" if percent < UNTIL_DEV else "test"


@dataclass(frozen=True)
class Splits:
    """The splits of one project: by hash, but for groups that an earlier test settled."""

    project_id: str
    round: int = 0
    settled: Mapping[str, SplitName] = field(default_factory=dict)

    def of(self, group: str) -> SplitName:
        """The split of a group."""
        return self.settled.get(group) or split_of(self.project_id, group, self.round)
