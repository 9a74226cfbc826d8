"""Testing judges: hardness, probes, repeats, and what is suspicious about them."""

from labelcore.stages.judging.testing import hardness, probe_export, probing, repeating, suspecting

__all__ = ["hardness", "probe_export", "probing", "repeating", "suspecting"]
