"""Every error that labelcore raises on purpose: one sentence that names the thing, then the next step."""


class LabelcoreError(Exception):
    """Something that a person can act on."""

    def __init__(self, what: str, *, next_step: str = "") -> None:
        self.what = what
        self.next_step = next_step
        super().__init__(f"{what} {next_step}".strip())


class BadInput(LabelcoreError):
    """A file, a row, a field or an argument is not usable."""


class NotFound(LabelcoreError):
    """A named thing (output, criterion, judge, project) does not exist."""


class NotAllowed(LabelcoreError):
    """The person's role does not include the act."""


class StoreBusy(LabelcoreError):
    """Another process holds the database file."""


class StoreDamaged(LabelcoreError):
    """The database cannot be opened, or was written by a newer labelcore."""


class ModelTrouble(LabelcoreError):
    """A model endpoint is missing, refuses, or answers nonsense.

    ``kind`` sorts errors ("timeout", "rate limit", …). After a ``fatal`` one no other call can succeed.
    ``requests`` and ``cost_usd`` were spent before it was given up; ``faults`` are the kinds met on the way.
    """

    def __init__(self, what: str, *, next_step: str = "", kind: str = "other", fatal: bool = False) -> None:
        super().__init__(what, next_step=next_step)
        self.kind = kind
        self.fatal = fatal
        self.requests = 1
        self.cost_usd = 0.0
        self.faults: tuple[str, ...] = ()
