"""Reporting: whether a number can be trusted, as a page, a file, a card and a gate."""

from labelcore.stages.reporting.card import JudgeCard, Limits, make_card, read_card
from labelcore.stages.reporting.checking import Check, GateReport, check
from labelcore.stages.reporting.comparing import (
    MomentComparison,
    Moved,
    VersionComparison,
    compare_moments,
    compare_versions,
)
from labelcore.stages.reporting.document import Document
from labelcore.stages.reporting.gathering import Findings, History, gather, timeline
from labelcore.stages.reporting.html import to_html
from labelcore.stages.reporting.pdf import to_pdf
from labelcore.stages.reporting.slicing import SliceReport, fields, slices
from labelcore.stages.reporting.trust import Reason, Trust, trust

__all__ = [
    "Check",
    "Document",
    "Findings",
    "GateReport",
    "History",
    "JudgeCard",
    "Limits",
    "MomentComparison",
    "Moved",
    "Reason",
    "SliceReport",
    "Trust",
    "VersionComparison",
    "check",
    "compare_moments",
    "compare_versions",
    "fields",
    "gather",
    "make_card",
    "read_card",
    "slices",
    "timeline",
    "to_html",
    "to_pdf",
    "trust",
]
