"""Refine: rule on where judges and people differ; each ruling starts what comes next."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pages.widgets import shell
from pages.widgets.court import show_court

MENU = ("Refine", ":material/balance:")

place = shell.open_page("Refine", "Where judges and people differ: who is right, and what comes next.")
with shell.guard():
    show_court(place)
