"""Team: who did how much, how far people agree, and what to do where they do not."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st

from pages.widgets import keys, shell
from pages.widgets.disputes import show_conflicts, show_history
from pages.widgets.handing_out import show_packs, show_rules
from pages.widgets.language import language, say
from pages.widgets.team_figures import show_agreement, show_progress, show_versions

MENU = ("Team", ":material/groups:")

place = shell.open_page("Team", "Who graded what, how far people agree, and when it is enough.")
shown = {
    say("Progress"): show_progress,
    say("Agreement"): show_agreement,
    say("Conflicts"): show_conflicts,
    say("Versions"): show_versions,
    say("History"): show_history,
    say("Offline"): show_packs,
    say("Rules"): show_rules,
}
with shell.guard():
    # Only the open tab is computed; its name in the session is a word of the language.
    tabs = st.tabs(list(shown), key=f"{keys.TEAM}-{language()}", on_change="rerun")
    for tab, show in zip(tabs, shown.values(), strict=True):
        if tab.open:
            with tab:
                show(place)
