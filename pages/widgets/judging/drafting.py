"""The prompt that somebody is writing: kept in the session until it is saved or put back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.judges.templates import Template
from labelcore.models import JudgeVersion
from labelcore.stages.refining.drafts import Draft, keep_draft, kept_draft
from labelcore.workspace import Workspace
from pages.widgets import keys
from pages.widgets.components import PromptText, prompt_written

_opened = count(1)


@dataclass(frozen=True)
class WrittenDraft:
    """A draft of a judge's prompt. ``epoch`` changes where the editor must show other words than those that
    stand in it. ``begun``: on which version.
    """

    version: JudgeVersion
    draft: Draft
    epoch: str
    begun: int = 0

    @property
    def text(self) -> PromptText:
        """Its words, for the editor."""
        template = self.draft.template
        return PromptText(epoch=self.epoch, system=template.system, user=template.user)

    @property
    def changed(self) -> bool:
        """Whether it differs from the judge as it is."""
        return self.draft != Draft.of(self.version, self.draft.member)


def current(workspace: Workspace, version: JudgeVersion) -> tuple[WrittenDraft, bool]:
    """What is being written of this judge, with what the editor has sent, and whether it is to be tried.

    It is stored, so that it is there after a reload.
    """
    kept: WrittenDraft | None = st.session_state.get(keys.PROMPT_DRAFT)
    if kept is None or kept.version.id != version.id:
        default = Draft.of(version, _member(version)), version.version
        draft, version_number = kept_draft(workspace, version) or default
        kept = keep(replace(put(version, draft), begun=version_number))
        st.session_state[keys.PROMPT_STORED] = kept.draft
    elif kept.draft.member != _member(version) and not kept.changed:
        kept = put(version, Draft.of(version, _member(version)))
    text, is_asked = prompt_written(keys.PROMPT_EDITOR)
    if text is None or text.epoch != kept.epoch:
        is_asked = False
    else:
        words = Template(system=text.system, user=text.user, marked=kept.draft.template.marked)
        kept = keep(replace(kept, draft=kept.draft.model_copy(update={"template": words})))
    if st.session_state.get(keys.PROMPT_STORED) != kept.draft:
        keep_draft(workspace, version, kept.draft)
        st.session_state[keys.PROMPT_STORED] = kept.draft
    return kept, is_asked


def _member(version: JudgeVersion) -> int:
    """Of a panel the member that the address names, else the first; 0 where it is no panel."""
    address, most = st.query_params.get(keys.PROMPT_MEMBER, ""), len(kind_of(version).prompts)
    number = int(address) if address.isascii() and address.isdigit() else 1
    return min(max(1, number), most) if most > 1 else 0


def keep(written: WrittenDraft) -> WrittenDraft:
    """Remember what was changed beside the words."""
    st.session_state[keys.PROMPT_DRAFT] = written
    return written


def put(version: JudgeVersion, draft: Draft) -> WrittenDraft:
    """Open a draft in the editor, in the place of what stands there."""
    return keep(WrittenDraft(version, draft, f"{version.id}-{next(_opened)}", version.version))


def forget(workspace: Workspace, version: JudgeVersion) -> None:
    """Nothing is being written of the judge."""
    keep_draft(workspace, version, Draft.of(version, _member(version)))
    for key in (keys.PROMPT_DRAFT, keys.PROMPT_TRIED):
        st.session_state.pop(key, None)
