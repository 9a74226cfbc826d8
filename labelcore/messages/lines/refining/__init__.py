"""What refining says, a file for each of its modules."""

from labelcore.messages.lines.refining import court, outcomes

__all__ = ["court", "outcomes"]
