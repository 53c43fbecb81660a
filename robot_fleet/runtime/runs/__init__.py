"""Runs of a fleet from their demand to their summary, on the virtual clock or beside it."""
