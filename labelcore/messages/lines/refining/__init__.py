"""What refining says, a file for each of its modules."""

from labelcore.messages.lines.refining import comparing, court, matrix, outcomes, prompts, suggesting

__all__ = ["comparing", "court", "matrix", "outcomes", "prompts", "suggesting"]
