"""Benchmarks: what the figures of docs/reference/benchmarks.md are made with. Not part of the installed package."""
