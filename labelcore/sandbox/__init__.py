"""Checks written by a model or a person, run where they can do no harm: in Monty, an interpreter without
files, network or environment, in worker processes that are limited, and killed when they do not answer.

This module imports nothing: a worker must not load the program's settings before it starts.
"""
