"""What people gave an output, side by side beneath it; and a conflict with a key for each ruling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.messages import say
from labelcore.messages.card import card_words
from labelcore.models import Frozen, GradingRules, Output
from labelcore.stages.grading import Opinion
from labelcore.stages.grading.presses import shown
from pages.widgets import shell
from pages.widgets.components import draw


class ConflictAct(Frozen):
    """One act on a conflict, as the browser sends it. ``words``: the reason or comment; ``about``: the
    criterion that is unclear, "" where there is none.
    """

    id: Annotated[str, Field(min_length=1, max_length=80)]
    conflict: Annotated[str, Field(max_length=300)]
    kind: Literal["pass", "fail", "unclear", "withdrawn", "blind", "open", "comment", "next", "previous"]
    words: Annotated[str, Field(max_length=5_000)] = ""
    about: Annotated[str, Field(max_length=120)] = ""


def show_side_by_side(output: Output, opinions: Sequence[Opinion], rules: GradingRules, *, key: str) -> None:
    """An output as on the card, and what people gave, with the marks of each in the text."""
    draw("side_by_side", key, _item_data(output, opinions, rules))


def _item_data(output: Output, opinions: Sequence[Opinion], rules: GradingRules) -> dict[str, Any]:
    return {
        "item": shown(output).as_data(),
        "opinions": [_translated(opinion).as_data(rules) for opinion in opinions],
        "language": shell.language(),
        "messages": card_words(shell.language()),
    }


def _translated(opinion: Opinion) -> Opinion:
    """With names of criteria in the person's language."""
    parts, earlier = (
        tuple((say(name) if name else "", grade) for name, grade in part)
        for part in (opinion.parts, opinion.earlier)
    )
    return opinion.model_copy(update={"parts": parts, "earlier": earlier})


def show_conflict(
    output: Output, opinions: Sequence[Opinion], rules: GradingRules, news: Mapping[str, Any], *, key: str
) -> None:
    """Draw a conflict; ``news``: the rest of `ConflictNews` in labelcore/browser/types.d.ts."""
    draw("conflict", key, _item_data(output, opinions, rules) | dict(news), "acted")
