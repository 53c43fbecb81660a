"""Durable facts: a strict codec and an append-only SQLite file with snapshots. One writer, any number of readers."""
