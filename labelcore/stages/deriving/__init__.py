"""Deriving: notes become codes, codes become criteria, each with the evidence that produced it."""
