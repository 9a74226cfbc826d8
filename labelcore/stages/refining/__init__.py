"""Refining: disagreements are ruled on; prompts change, and what a change mends and breaks is compared."""

from labelcore.stages.refining.court import CourtCase, Docket, RulingReport, decide, docket

__all__ = ["CourtCase", "Docket", "RulingReport", "decide", "docket"]
