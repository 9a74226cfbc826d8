"""Testing judges: hardness, probes, repeats, and what is suspicious about them."""
