"""Refining: disagreements are ruled on; prompts change, and what a change mends and breaks is compared."""

from labelcore.stages.refining.court import Disagreement, Docket, Gap, Ruled, decide, docket

__all__ = ["Disagreement", "Docket", "Gap", "Ruled", "decide", "docket"]
