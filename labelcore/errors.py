"""Every error that labelcore raises on purpose: one sentence that names the thing, then the next step."""

from typing import Any

from labelcore.wording import Wording


class LabelcoreError(Exception):
    """Something that a person can act on.

    ``what`` and ``next_step`` are English templates; ``values`` fill the names in braces in both.
    """

    def __init__(self, what: str, *, next_step: str = "", **values: Any) -> None:
        self.what = _worded(what, values)
        self.next_step = _worded(next_step, values)
        super().__init__(f"{self.what} {self.next_step}".strip())


def _worded(template: str, values: dict[str, Any]) -> Wording:
    """With the values that stand in it: what has no places may hold other braces."""
    return Wording(template, **{name: value for name, value in values.items() if f"{{{name}" in template})


class BadInput(LabelcoreError):
    """A file, a row, a field or an argument is not usable."""


class NotFound(LabelcoreError):
    """A named thing (output, criterion, judge, project) does not exist."""


class NotAllowed(LabelcoreError):
    """The person's role does not include the act."""


class StoreBusy(LabelcoreError):
    """Another process holds the database file."""


class StoreFull(LabelcoreError):
    """The disk that holds the database, or a file that is written, has no room left."""


class MemoryFull(LabelcoreError):
    """What was asked takes more memory than the database may use, or more room beside it."""


class StoreDamaged(LabelcoreError):
    """The database cannot be opened, or was written by a newer labelcore."""


class ModelTrouble(LabelcoreError):
    """A model endpoint is missing, refuses, or answers nonsense.

    ``kind`` sorts errors ("timeout", "rate limit", …). After a ``fatal`` one no other call can succeed.
    ``requests`` and ``cost_usd`` were spent before it was given up; ``faults`` are the kinds met on the way;
    ``answer`` is the last text that was of no use.
    """

    def __init__(
        self, what: str, *, next_step: str = "", kind: str = "other", fatal: bool = False, **values: Any
    ) -> None:
        super().__init__(what, next_step=next_step, **values)
        self.kind = kind
        self.fatal = fatal
        self.requests = 1
        self.cost_usd: float | None = 0.0
        self.faults: tuple[str, ...] = ()
        self.answer = ""
