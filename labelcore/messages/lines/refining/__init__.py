"""What refining says, a file for each of its modules."""

from labelcore.messages.lines.refining import court, outcomes, prompts

__all__ = ["court", "outcomes", "prompts"]
