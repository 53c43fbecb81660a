"""The report of a period: its figures, and the files in which people get it."""
