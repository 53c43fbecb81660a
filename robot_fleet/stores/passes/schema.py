"""The tables of passes. Of secrets, tickets and plates there are digests only, of codes nothing."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, Table, Text

LAYOUT = 1
"""Of the tables, kept in SQLite's `user_version`."""

METADATA = MetaData()

PASSES = Table(
    "passes",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_s", Float, nullable=False),
    Column("used_s", Float),
    Column("revoked_s", Float),
)

CODES = Table(
    "codes",
    METADATA,
    Column("task", Text, primary_key=True),
    Column("made_s", Float, nullable=False),
    Column("wrong", Integer, nullable=False),  # in a row, since the last lock
    Column("locks", Integer, nullable=False),
    Column("locked_until_s", Float, nullable=False),
)

TICKETS = Table(
    "tickets",
    METADATA,
    Column("item", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("plate", LargeBinary, unique=True),
    Column("made_s", Float, nullable=False),
)
