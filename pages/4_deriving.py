"""Criteria: notes become codes, codes become criteria, and each shows what it rests on."""

from pages.widgets import keys, rubric, shell
from pages.widgets.codes import show_codes
from pages.widgets.criteria import show_criteria
from pages.widgets.drift import show_drift, show_lineage
from pages.widgets.probes import show_probes

MENU = ("Criteria", ":material/checklist:")

place = shell.open_page("Criteria", "Notes become criteria; each one shows the notes it comes from.")
shown = {
    "Criteria": show_criteria,
    "Codes": show_codes,
    "Drift": show_drift,
    "Lint": rubric.show_lint,
    "From the prompt": rubric.show_prompt,
    "Family tree": show_lineage,
    "Glossary": rubric.show_glossary,
    "Probes": show_probes,
    "Library": rubric.show_library,
}
shell.show_tabs(shown, place, keys.RUBRIC)
