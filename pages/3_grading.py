"""Grade: one output on screen, one key for each answer, saved before it says so."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st

from labelcore.stages import grading
from pages.widgets import keys, shell
from pages.widgets.grading_card import CardEvents, grading_card, received
from pages.widgets.language import language, say
from pages.widgets.queue import asked_criteria, card_items, phrases_of, store_events

place = shell.open_page("Grade")
if not place.annotator:
    st.info(say("Write your name on the left first: every grade carries the name of who gave it."))
    st.stop()


def store(events: CardEvents) -> tuple[list[str], dict[str, str]]:
    """Make presses durable; what can never be stored comes back with its sentence."""
    return store_events(place.db, place.project, place.annotator, events)


with shell.guard():
    acknowledged, refused = store(received(keys.CARD))
    queue = grading.grading_queue(place.db, place.project, place.annotator)
    if not queue.total:
        st.info(say("There are no outputs to grade yet."))
        shell.go("1_importing.py", "Import outputs")
        st.stop()
    late = grading_card(
        card_items(place.db, place.project, place.annotator, queue, first=not acknowledged),
        place=queue.items[0].position if queue.items else queue.total + 1,
        total=queue.total, done=queue.done, annotator=place.annotator,
        phrases=phrases_of(place.db, place.project, place.annotator, first=not acknowledged),
        suggest_first=grading.rules_of(place.project).suggestions == "first",
        criteria=asked_criteria(place.db, place.project), project=place.project.id,
        acknowledged=acknowledged, refused=refused, key=keys.CARD,
        language=language(),
    )  # fmt: skip
    store(late)
    if queue.done >= queue.total:
        shell.go("4_deriving.py", "Next: criteria from your notes")
