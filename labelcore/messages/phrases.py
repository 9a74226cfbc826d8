"""Words that pages, reports and the database hand over as they are; those of a type are all that it names."""

from typing import get_args

from labelcore.judges.kinds import Shaped
from labelcore.messages.catalogue import OF_TEST
from labelcore.models import CourtValue, GradeValue, Role, VerdictValue
from labelcore.models.base import CriterionStatus, ProbeValue, Risk, Severity, SplitName
from labelcore.stages.deriving import linting
from labelcore.stages.grading import acts
from labelcore.stages.judging.testing.hardness_report import HARMLESS_TESTS, TESTS
from labelcore.stages.judging.testing.suspecting import Weakness
from labelcore.stages.projects import Overview

_TYPES = (
    *(Shaped, Weakness, CourtValue, GradeValue, VerdictValue, Severity, Risk, SplitName, ProbeValue),
    *(CriterionStatus, linting.Kind, acts.State),
)
_COUNTS = Overview.model_fields.keys() - {"project", "only_on_criteria"}
_NAMES = (*(name for kind in _TYPES for name in get_args(kind)), *_COUNTS)
_OF_PAGES = (
    "Home",
    "Import your pipeline's outputs.",
    "Choose which outputs are graded first.",
    "Pass or fail, and say what is wrong.",
    "Turn the notes into criteria.",
    "Let automatic checks decide each criterion.",
    "Results",
    "bad ones it lets through",
    "good ones it wrongly fails",
    "bad ones it catches",
    "good ones it passes",
    "as it was settled",
    "overall",
    "learned",
    "brought prompt",
    "cascade",
    "two versions on the same input",
    "in the order of import",
    *("in the set", "candidate", "weak", "stale", "not run yet", "changed", "talked into pass", "caught"),
    *("yes", "perhaps", "no", "open", "not yet aligned here", "aligned here", "notes", "person", "model"),
    *("thumbs", "action"),
    *("feedback", "uniform", "offline", "not rejected", "accepted with all", "annotator", "revealed"),
)
STREAMLIT = "Streamlit: "
"""Before its words in the catalogue: a criterion or a signal that is called "Open" is none of them."""
OF_STREAMLIT = (
    *("Open", "Close", "Search", "Sidebar", "Expand sidebar", "Collapse sidebar", "Help", "Help for {name}"),
    *("Choose an option", "Choose options", "Selected values", "Clear all", "Clear value", "Remove {name}"),
    *("Choose date", "Choose date range", "Choose date and time", "Increment", "Decrement", "Empty"),
    *("Scroll tabs left", "Scroll tabs right", "Fullscreen", "Close fullscreen", "Download as CSV"),
    *("Copy to clipboard", "Show/hide columns", "Show password", "Hide password", "file upload", "progress"),
    *("Dismiss", "Shortcut {name}", "warning icon", "check icon", "close icon", "person icon"),
    *("volunteer_activism icon", "Skip to main content", "No results", "Select all", "Clear selection"),
    *("Dataframe column menu", "Copy column name", "Sort ascending", "Sort descending", "Format", "Autosize"),
    *("Pin column", "Unpin column", "Hide column", "Add row", "Delete row(s)"),
    *("Automatic", "Localized", "Plain", "Compact", "Dollar", "Euro", "Yen", "Percent", "Scientific"),
    *("Accounting", "Distance", "Calendar", "Duration", "Statistics", "Values", "Distinct", "Range", "Sum"),
    *("Average", "Median", "25th percentile", "75th percentile", "Standard deviation", "Minimum", "Maximum"),
    *("Average length", "Minimum length", "Maximum length", "Based on sample", "No data"),
    *("error icon", "Add files", "Upload", "Upload {name}", "Previous Result", "Next Result", "Close Search"),
    *("Clear date", "Clear dates", "Clear date and time", "Clear time", "Previous month", "Next month"),
    *("Stop script", "Running..."),
)
"""What Streamlit says to screen readers and writes in its menus, in English only; its translations are put in
its place.
"""
IN_CATALOGUE = {words: f"{STREAMLIT}{words}" for words in OF_STREAMLIT}
_ASSUMPTIONS = (
    "the graded outputs are a known-probability sample of this pool",
    "the graded outputs are an even random sample of this pool",
    "the judge's TPR and TNR are the same in the pool as on the graded outputs",
)
_METHODS = ("post-stratified",)
_COMPARED = (
    "Pass rate by people",
    "Pass rate, corrected",
    "Coverage of the set",
    "False failures of the set",
)
_OF_PROMPTS = (
    *("statement", "glossary", "examples", "conversation", "context", "reference"),
    *("system", "user", "model", "endpoint"),
)
_OF_FILES = ("group", "prompt_version", "at")
_HARDNESS_TESTS = (*TESTS, *(test for tests in TESTS.values() for test in tests), *HARMLESS_TESTS)
_OF_HARDNESS = tuple(f"{OF_TEST}{name}" for name in _HARDNESS_TESTS)
PHRASES = (
    *(name.replace("_", " ") for name in _NAMES),
    *(*Role, *_OF_PAGES, *_ASSUMPTIONS, *_METHODS, *_COMPARED, *_OF_PROMPTS, *_OF_FILES, *_OF_HARDNESS),
    *IN_CATALOGUE.values(),
)
