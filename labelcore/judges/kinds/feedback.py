"""Feedback: users of the product decided, by a signal like thumbs; where they gave none it abstains."""

from __future__ import annotations

from pydantic import ConfigDict
from typing_extensions import override

from labelcore.judges.kinds import Kind, register
from labelcore.models import Frozen
from labelcore.wording import Wording


class FeedbackSpec(Frozen):
    """The name of the signal."""

    model_config = ConfigDict(extra="ignore")

    signal: str = ""


@register
class FeedbackKind(Kind[FeedbackSpec]):
    """What users said, read from the feedback that is stored."""

    form = FeedbackSpec
    stored = "feedback"
    place = 5
    runs = False
    free = True
    chosen_by_users = True
    no_prompt = (
        Wording("{name} is what users said, so it cannot be refreshed."),
        Wording("Import newer feedback."),
    )
    no_flip = (
        Wording("A judge of the kind '{kind}' is not flipped."),
        Wording("Say what its values count as with --passes and --fails at the next import."),
    )

    def describe(self) -> Wording:
        """Whose verdicts these are."""
        return Wording(
            "What users of the product said by '{signal}'; it abstains where they gave no feedback.",
            signal=self.spec.signal,
        )

    @property
    @override
    def steady(self) -> str:
        return Wording("users are not asked again")

    @property
    @override
    def stays(self) -> str:
        return "its verdicts are feedback of users, who are not there to be asked elsewhere"
