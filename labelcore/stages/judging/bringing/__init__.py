"""Bringing: a prompt that judges elsewhere becomes a judge here, as it is, and is measured."""
