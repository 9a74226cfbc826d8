"""What leaves this machine for people: letters by e-mail, and posts to a webhook."""

from __future__ import annotations


class UndeliveredMessage(Exception):
    """It did not arrive, or may not have. ``why``: a code, ``detail``: what the other side said.

    ``unclear``: it may have arrived. ``for_good``: another try would come to the same.
    """

    def __init__(self, why: str, detail: str = "", *, unclear: bool = False, for_good: bool = False) -> None:
        super().__init__(f"{why} {detail}".strip())
        self.why = why
        self.detail = " ".join(detail.split())[:200]
        self.unclear = unclear
        self.for_good = for_good
