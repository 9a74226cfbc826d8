"""What refining says, a file for each of its modules."""

from labelcore.messages.lines.refining import comparing, court, prompts

__all__ = ["comparing", "court", "prompts"]
