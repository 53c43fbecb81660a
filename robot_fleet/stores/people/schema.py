"""The tables of people. What is not sealed tells nothing about who somebody is."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

LAYOUT = 1
"""Of the tables, kept in SQLite's `user_version`."""

METADATA = MetaData()

PROOF = Table("people_proof", METADATA, Column("sealed", LargeBinary, nullable=False))  # that a master key is ours

PEOPLE = Table(
    "people",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("place_mark", LargeBinary, nullable=False, index=True),
    Column("retention", Text, nullable=False),
    Column("since_s", Float, nullable=False),
    Column("version", Integer, nullable=False),
)

_PERSON = "people.id"

PARTS = Table(
    "people_parts",
    METADATA,
    Column("person", Text, ForeignKey(_PERSON, ondelete="CASCADE"), primary_key=True),
    Column("data", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

CONSENTS = Table(
    "people_consents",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person", Text, ForeignKey(_PERSON, ondelete="CASCADE"), nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("given_s", Float, nullable=False),
    Column("expires_s", Float, nullable=False),
    Column("withdrawn_s", Float),
)

DISCLOSURES = Table(
    "people_disclosures",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person", Text, ForeignKey(_PERSON, ondelete="CASCADE"), nullable=False, index=True),
    Column("at_s", Float, nullable=False),
    Column("to", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("by", Text, nullable=False),
)
