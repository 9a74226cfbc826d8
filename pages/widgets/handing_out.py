"""How outputs are handed out: the queue's rules, and packs for people without a network."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from labelcore.messages.card import pack_page
from labelcore.models import GradingRules
from labelcore.stages import grading
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.language import say


def show_packs(workspace: Workspace) -> None:
    """Make a pack, and take in what comes back."""
    st.write(
        say(
            "A pack is one HTML file: the expert opens it in a browser, grades without a network, "
            "and sends back the file that its download button writes."
        )
    )
    with st.form("pack"):
        who = st.text_input(say("Who grades it"), workspace.person)
        n = st.number_input(say("How many outputs"), 1, 5_000, 50)
        if st.form_submit_button(say("Make a pack")):
            with shell.guard():
                pack = grading.make_pack(workspace, who, n=int(n))
            st.session_state[keys.PACK] = (f"pack-{who}-{pack.manifest.pack}.html", pack_page(pack))
    if keys.PACK in st.session_state:
        name, page = st.session_state[keys.PACK]
        label = say("Download {name}", name=shell.plain(name))
        st.download_button(label, page, file_name=name, mime="text/html")
    back = st.file_uploader(say("Grades that came back"), type=["json"])
    if back is not None:
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / Path(back.name).name
            file.write_bytes(back.getvalue())
            _say_merged(grading.merge_pack(workspace, file))


def _say_merged(found: grading.Merged) -> None:
    st.success(
        say(
            "{merged} acts of {who} came in, {known} were known already, {kept} gave way to later "
            "grades online, {refused} were refused.",
            merged=found.merged,
            who=found.annotator,
            known=found.known,
            kept=found.kept_online,
            refused=len(found.refused),
        )
    )
    for refusal in found.refused[:20]:
        st.text(f"{refusal['id']}: {refusal['reason']}")


def show_rules(workspace: Workspace) -> None:
    """How outputs are handed out, and what is asked of people."""
    rules = workspace.project.rules
    with st.form("rules"):
        handing, ids = _who_gets_what(rules)
        changed = grading.RulesChange(**handing | _what_is_asked(workspace, rules) | _when(rules))
        if st.form_submit_button(say("Save")):
            with shell.guard():
                grading.change_rules(workspace, changed=changed)
                grading.review(workspace, ids)
            st.success(say("Saved; it holds from the next output on."))


def _who_gets_what(rules: GradingRules) -> tuple[dict[str, Any], list[str]]:
    """The rules, and the outputs for review."""
    st.subheader(say("Who gets what"))
    many = st.number_input(
        say("People on each output (0: everybody grades everything)"), 0, 100, rules.per_output or 0
    )
    minutes = st.number_input(
        say("Minutes for which an output is held"), 1.0, 1440.0, float(rules.reserve_minutes)
    )
    share = st.number_input(say("Percent that come back unannounced"), 0, 50, round(100 * rules.repeat_share))
    ids = st.text_area(
        say("Outputs picked by hand that come first, one id on each line"), "\n".join(rules.review)
    )
    handing = {"per_output": int(many), "reserve_minutes": minutes, "repeat_share": share / 100}
    return handing, ids.split()


def _what_is_asked(workspace: Workspace, rules: GradingRules) -> dict[str, Any]:
    st.subheader(say("What is asked"))
    criteria = st.checkbox(say("Ask for each accepted criterion too"), rules.ask_criteria)
    fields = st.checkbox(say("Ask for each field of a JSON output too"), rules.ask_fields)
    scale = st.text_area(
        say("Levels in place of pass and fail, the worst first, one on each line"), "\n".join(rules.scale)
    )
    passing = st.number_input(say("The level from which an output passes"), 2, 9, rules.passing_from)
    words = {"off": say("never"), "after": say("after the grade is given"), "first": say("before the grade")}
    shown = st.selectbox(
        say("Show what the chosen judges say"),
        list(words),
        format_func=words.__getitem__,
        index=list(words).index(rules.suggestions),
    )
    known = grading.versions(workspace)
    picked = st.multiselect(
        say("Compare two versions"),
        list(known),
        [v for v in rules.compare or () if v in known],
        max_selections=2,
        format_func=lambda name: f"{name} ({known[name]:,})",
    )
    return {
        "ask_criteria": criteria,
        "ask_fields": fields,
        "suggestions": shown,
        "scale": [line.strip() for line in scale.splitlines() if line.strip()],
        "passing_from": int(passing),
        "compare": tuple(picked) if len(picked) == 2 else (),
    }


def _when(rules: GradingRules) -> dict[str, Any]:
    st.subheader(say("Until when"))
    deadline = st.date_input(say("To be done by"), rules.deadline)
    contest = st.checkbox(say("Show everybody's counts while they grade"), rules.contest)
    return {"deadline": str(deadline or "none"), "contest": contest}
