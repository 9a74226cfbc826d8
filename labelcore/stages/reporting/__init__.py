"""Reporting: whether a number can be trusted, as a page, a file, a card and a gate."""
