"""Runs with real robots among simulated ones: a look before the start, and the watch over them."""
