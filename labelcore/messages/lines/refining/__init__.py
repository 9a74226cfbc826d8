"""What refining says, a file for each of its modules."""

from labelcore.messages.lines.refining import comparing, court, matrix, outcomes, prompts

__all__ = ["comparing", "court", "matrix", "outcomes", "prompts"]
