"""Reads a site's files: valid ones as core values, wrong ones as findings with file, line and what was expected."""
