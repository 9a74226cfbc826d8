"""What a run has still to decide, by kind of judge, and how long that takes: each kind at its pace.

Judges that need no model decide first, one after the other; endpoints work side by side.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from labelcore.judges.kinds import kind_of
from labelcore.models import JudgeVersion

_HERE = ""
_TELLING = 5  # decisions from which on their pace is believed: the first call of a limited run goes alone


@dataclass
class _Share:
    """What judges of this process decide, or those that ask one model first.

    ``expected``: seconds from one decision to the next, as far as earlier runs tell.
    """

    left: int = 0
    made: int = 0
    began: float = field(default_factory=time.monotonic)
    expected: float | None = None

    @property
    def seconds(self) -> float | None:
        """Until all of it is decided; None where nobody knows."""
        if not self.left:
            return 0.0
        telling = self.made >= _TELLING
        pace = (time.monotonic() - self.began) / self.made if telling else self.expected
        return None if pace is None else self.left * pace


class Remaining:
    """Counts down what is missing."""

    def __init__(self, missing: Iterable[tuple[JudgeVersion, int]]) -> None:
        self._kinds: Counter[str] = Counter()
        self._shares: dict[str, _Share] = defaultdict(_Share)
        self._share_of: dict[str, _Share] = {}
        for version, n in missing:
            share = self._share_of[version.id] = self._shares[_place(version)]
            share.left += n
            self._kinds[version.kind] += n

    def expect(self, version: JudgeVersion, seconds: float) -> None:
        """Tell how long one decision of a judge's model took before, over the calls at once."""
        self._share_of[version.id].expected = seconds

    def begin_asking(self) -> None:
        """From now on models are asked."""
        for place, share in self._shares.items():
            if place != _HERE:
                share.began = time.monotonic()

    def take(self, decided: Sequence[JudgeVersion]) -> None:
        """Count decisions and errors that came."""
        for version in decided:
            if share := self._share_of.get(version.id):
                share.left -= 1
                share.made += 1
                self._kinds[version.kind] -= 1

    @property
    def by_kind(self) -> dict[str, int]:
        """How many decisions are still to come, by kind of judge."""
        return {kind: n for kind, n in self._kinds.items() if n > 0}

    @property
    def seconds(self) -> float | None:
        """Until all is decided; None where one part's pace is not known."""
        asking = [share.seconds for place, share in self._shares.items() if place != _HERE]
        times = [self._shares[_HERE].seconds, *asking]
        if None in times:
            return None
        here, *others = (seconds for seconds in times if seconds is not None)
        return here + max(others, default=0.0)


def _place(version: JudgeVersion) -> str:
    """Who decides: the model that is asked first, or this process."""
    prompts = kind_of(version).prompts
    return "|".join(prompts[0].answerer) if prompts else _HERE
