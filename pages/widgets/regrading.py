"""Between the grading card and the library where stale answers on a criterion are given anew."""

from __future__ import annotations

import streamlit as st

from labelcore.models import Criterion, Grade
from labelcore.stages import deriving, grading
from labelcore.stages.grading.card import (
    CardEvent,
    CardEvents,
    CardItem,
    CardNews,
    CardSetting,
    Receipt,
    store_each,
    turns_of,
)
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.grading_card import grading_card, received
from pages.widgets.language import language, say
from pages.widgets.shell import plain


def show_regrade(workspace: Workspace, criterion_id: str) -> None:
    """One criterion, asked again of the outputs that the drift ledger names."""
    key = f"{keys.REGRADE}-{criterion_id}"
    criterion = deriving.find_criterion(workspace, criterion_id)
    acknowledged, refused = _store(workspace, criterion, received(key))
    found, outputs = deriving.regrade_items(workspace, criterion.id, workspace.person)
    st.subheader(plain(criterion.name))
    st.info(plain(criterion.statement))
    done = len(found.again)
    items = [
        CardItem(
            output_id=output.id,
            position=done + at,
            text=output.text,
            input=output.input,
            context=output.context,
            conversation=turns_of(output),
        )
        for at, output in enumerate(outputs, 1)
    ]
    setting = CardSetting(
        annotator=workspace.person,
        project=f"{workspace.project.id}/{criterion.id}",
        language=language(),
        asked_version=criterion.version,
    )
    news = CardNews(
        items=tuple(items),
        setting=setting,
        place=done + 1,
        total=done + len(outputs),
        done=done,
        acknowledged=tuple(acknowledged),
        refused=refused,
    )
    _store(workspace, criterion, grading_card(news, key=key))
    if not outputs:
        st.write(say("Nothing is left to grade anew for this criterion."))
        shell.go("4_deriving.py", "See what flipped")


def _store(workspace: Workspace, criterion: Criterion, events: CardEvents) -> Receipt:
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
