"""What judging says: judges made, run and tested, and what runs on this machine."""

from labelcore.messages.lines.judging import making, running, testing

__all__ = ["making", "running", "testing"]
