"""Telemetry history, bounded in size: one writer and any number of readers, in an SQLite file or a PostgreSQL database.

Portions of what robots report are written about once a minute, and put into compact blocks once an hour, in several
resolutions of which the finer ones are kept for a shorter time.
"""
