"""The prompt that somebody is writing: kept in the session until it is saved or put back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

import streamlit as st

from labelcore.judges.templates import Template
from labelcore.models import JudgeVersion
from labelcore.stages.refining.drafts import Draft
from pages.widgets import keys
from pages.widgets.components import PromptText, prompt_written

_opened = count(1)


@dataclass(frozen=True)
class Written:
    """A draft of a judge's prompt. ``epoch`` changes where the editor must show other words than those that
    stand in it.
    """

    version: JudgeVersion
    draft: Draft
    epoch: str

    @property
    def text(self) -> PromptText:
        """Its words, for the editor."""
        template = self.draft.template
        return PromptText(epoch=self.epoch, system=template.system, user=template.user)

    @property
    def changed(self) -> bool:
        """Whether it differs from the judge as it is."""
        return self.draft != Draft.of(self.version)


def current(version: JudgeVersion) -> tuple[Written, bool]:
    """What is being written of this judge, with what the editor has sent, and whether it is to be tried."""
    kept: Written | None = st.session_state.get(keys.PROMPT_DRAFT)
    if kept is None or kept.version.id != version.id:
        kept = put(version, Draft.of(version))
    text, asked = prompt_written(keys.PROMPT_EDITOR)
    if text is None or text.epoch != kept.epoch:
        return kept, False
    words = Template(system=text.system, user=text.user, marked=kept.draft.template.marked)
    return keep(replace(kept, draft=kept.draft.model_copy(update={"template": words}))), asked


def keep(written: Written) -> Written:
    """Remember what was changed beside the words."""
    st.session_state[keys.PROMPT_DRAFT] = written
    return written


def put(version: JudgeVersion, draft: Draft) -> Written:
    """Open a draft in the editor, in the place of what stands there."""
    return keep(Written(version, draft, f"{version.id}-{next(_opened)}"))


def forget() -> None:
    """Nothing is being written."""
    for key in (keys.PROMPT_DRAFT, keys.PROMPT_TRIED):
        st.session_state.pop(key, None)
