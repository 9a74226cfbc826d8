"""Checks written by a model or a person, run where they can do no harm.

A check is Python text (:mod:`labelcore.sandbox.subset` says what it may use). It runs in Monty, an
interpreter without files, network or environment, in worker processes that are started once, fed
over pipes, limited, and killed when they do not answer (:mod:`labelcore.sandbox.pool`).

This module imports nothing: a worker must not load the program's settings before it starts.
"""
