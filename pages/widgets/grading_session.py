"""A person's grading session in a project: presses in, the coming outputs or pairs out.

One way for both doors: the page, which runs as a whole, and the card's requests, which are
answered in a few milliseconds (`pages.widgets.routes`). Stale answers on a criterion are given anew on the
page only.
"""

import itertools
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from labelcore.messages import Language, say, say_in, sentence
from labelcore.messages.catalogue import speaking
from labelcore.messages.lines.assigning import part_words, waiting_words
from labelcore.messages.lines.calibrating import training_words
from labelcore.messages.lines.sampling import pick_words
from labelcore.models import Comparison, Criterion, Grade, Preference, Project
from labelcore.stages import finding, grading
from labelcore.stages.deriving import drift
from labelcore.stages.grading.card import CardEvent, CardEvents, CardItem, CardNews, CardSetting, CardWaiting
from labelcore.stages.grading.presses import (
    Receipt,
    card_items,
    setting_of,
    store_each,
    store_events,
    terms_of_pair,
    told_of_presses,
    turns_of,
)
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.components import grading_card, presses
from pages.widgets.shell import plain

_EPOCH, _stamps = uuid.uuid4().hex, itertools.count(1)
_NAMED = 5
Mode = Literal["single", "pairs"]
"""Outputs one by one, or two versions side by side."""


@dataclass(frozen=True)
class GradingSession:
    """Who grades what, and how."""

    workspace: Workspace
    language: Language
    mode: Mode

    def store(self, events: CardEvents) -> Receipt:
        """Make presses durable."""
        if self.mode == "single":
            return store_events(self.workspace, events)
        return store_each(events, lambda event: grading.compare(self.workspace, [self._comparison(event)]))

    def news(self, events: CardEvents) -> CardNews:
        """Store the presses, then say what comes next; without presses also what was last."""
        stored, refused = self.store(events)
        stamp = next(_stamps)
        news = self._outputs(first=not stored) if self.mode == "single" else self._pairs()
        return news.model_copy(
            update={
                "acknowledged": tuple(stored),
                "refused": {name: say_in(self.language, why) for name, why in refused.items()},
                "epoch": _EPOCH,
                "stamp": stamp,
                "told": self._gold_words(events, stored),
            }
        )

    def _gold_words(self, events: CardEvents, stored: Collection[str]) -> str:
        """How somebody did on the gold among these presses, where they are told at once."""
        if self.mode == "pairs":
            return ""
        with speaking(self.language):
            return "  |  ".join(map(sentence, told_of_presses(self.workspace, events, stored)))

    def _why_picked(self, reason: str) -> str:
        """In the person's language."""
        with speaking(self.language):
            return pick_words(reason)

    def _outputs(self, *, first: bool) -> CardNews:
        workspace = self.workspace
        queue = grading.grading_queue(workspace)
        items = card_items(workspace, queue, first=first, in_words=self._why_picked)
        return self._news_of(queue, items, self._setting(first=first), self._pace(queue))

    def _setting(self, *, first: bool) -> CardSetting:
        """With criteria and phrases in the person's language, where derivation has both."""
        phrases = grading.phrases(self.workspace) if first else None
        with speaking(self.language):
            return setting_of(self.workspace, self.language, phrases, say)

    def _pairs(self) -> CardNews:
        workspace = self.workspace
        queue = grading.comparing_queue(workspace)
        setting = CardSetting(
            annotator=workspace.person,
            project=f"{workspace.project.id}/compare",
            language=self.language,
            compare=True,
        )
        return self._news_of(queue, pair_items(workspace.project, queue, self._why_picked), setting)

    def _news_of(
        self,
        queue: grading.Queue | grading.PairQueue,
        items: Sequence[CardItem],
        setting: CardSetting,
        pace: str = "",
    ) -> CardNews:
        return CardNews(
            items=tuple(items),
            setting=setting,
            place=queue.items[0].position if queue.items else queue.total + 1,
            total=queue.total,
            done=queue.done,
            # The page around the card shows the project's rules, and where to go when all is done.
            page=f"{self.workspace.project.at.isoformat()} {queue.waiting.kind if queue.waiting else 'open'}",
            pace=pace,
            waiting=self._waiting(queue.waiting),
        )

    def _waiting(self, waiting: grading.Wait | None) -> CardWaiting | None:
        if waiting is None:
            return None
        with speaking(self.language):
            says, next_step = waiting_words(waiting)
        return CardWaiting(kind=waiting.kind, says=says, next_step=next_step)

    def _pace(self, queue: grading.Queue) -> str:
        """The day by which it shall be done and everybody's counts, where the project's rules ask for it."""
        parts = []
        with speaking(self.language):
            if queue.training is not None:
                return training_words(queue)
            if queue.assigned and queue.total:
                parts.append(part_words(queue))
        is_over = queue.waiting and queue.waiting.kind in {"unassigned", "shared"}
        pace = None if is_over else grading.pace_of(self.workspace.project, left=queue.left)
        if pace:
            values = {"day": pace.deadline, "left": pace.left, "each": pace.a_day}
            if pace.left == 0:
                parts.append(say_in(self.language, "Done before {day}.", **values))
            elif pace.days_left < 0:
                parts.append(say_in(self.language, "Was due on {day}: {left} left.", **values))
            else:
                parts.append(
                    say_in(self.language, "Due on {day}: {left} left, about {each} a day.", **values)
                )
        if self.workspace.project.rules.contest:
            counts = grading.counts_by_person(self.workspace)[:_NAMED]
            parts.append(" · ".join(f"{person} {n}" for person, n in counts))
        return "  |  ".join(parts)

    def _comparison(self, event: CardEvent) -> Comparison:
        person = self.workspace.person
        first, _, second = event.output_id.partition("~")
        is_first_left = grading.first_is_left(person, event.output_id)
        return Comparison(
            id=event.client_id,
            project_id=self.workspace.project.id,
            first_id=first,
            second_id=second,
            annotator=person,
            value=_preferred(event.value, is_first_left=is_first_left),
            note=event.note,
            seconds=event.seconds,
            left_id=first if is_first_left else second,
            supersedes=event.supersedes,
        )


def _preferred(side: str, *, is_first_left: bool) -> Preference:
    match side:
        case "tie" | "skipped" | "undone":
            return side
        case "left" | "right":
            return "first" if (side == "left") == is_first_left else "second"
    raise ValueError(side)


def pair_items(
    project: Project, queue: grading.PairQueue, why_picked: Callable[[str], str] = str
) -> list[CardItem]:
    """The coming pairs, blind: no version, no model, no metadata."""
    return [
        CardItem(
            output_id=item.pair,
            position=item.position,
            text=item.left.text,
            other=item.right.text,
            input=item.left.input,
            context=item.left.context,
            reason_for_pick=why_picked(item.reason),
            conversation=turns_of(item.left),
            terms=terms_of_pair(project, item.left, item.right),
        )
        for item in queue.items
    ]


def show_regrade(workspace: Workspace, criterion_id: str) -> None:
    """One criterion, asked again of the outputs that the drift ledger names."""
    key = f"{keys.REGRADE}-{criterion_id}"
    criterion = finding.find_criterion(workspace, criterion_id)
    acknowledged, refused = _store_anew(workspace, criterion, presses(key))
    ledger, outputs = drift.regrade_items(workspace, criterion.id, workspace.person)
    st.subheader(plain(say(criterion.name)))
    st.info(plain(say(criterion.statement)))
    done = len(ledger.again)
    items = tuple(
        CardItem(
            output_id=output.id,
            position=done + at,
            text=output.text,
            input=output.input,
            context=output.context,
            conversation=turns_of(output),
        )
        for at, output in enumerate(outputs, 1)
    )
    setting = CardSetting(
        annotator=workspace.person,
        project=f"{workspace.project.id}/{criterion.id}",
        language=shell.language(),
        asked_version=criterion.version,
    )
    news = CardNews(
        items=items,
        setting=setting,
        place=done + 1,
        total=done + len(outputs),
        done=done,
        acknowledged=tuple(acknowledged),
        refused=refused,
    )
    _store_anew(workspace, criterion, grading_card(news, key=key))
    if not outputs:
        st.write(say("Nothing is left to grade again for this criterion."))
        shell.go("4_deriving.py", "See what flipped")


def _store_anew(workspace: Workspace, criterion: Criterion, events: CardEvents) -> Receipt:
    def record(event: CardEvent) -> list[str]:
        grade = Grade(
            id=event.client_id,
            project_id=workspace.project.id,
            output_id=event.output_id,
            annotator=workspace.person,
            value=event.value,
            note=event.note,
            seconds=event.seconds,
            supersedes=event.supersedes,
            criterion_id=criterion.id,
            criterion_version=event.criterion_version or criterion.version,
        )
        return grading.record(workspace, [grade])

    return store_each(events, record)
