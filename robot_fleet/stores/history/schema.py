"""The tables of telemetry history, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

SCHEMA_VERSION = 1
"""Layout of these tables. Blocks have a version of their own."""

METADATA = MetaData()

META = Table("telemetry_meta", METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

# What there is of each robot. The trajectory is the series without a signal's name.
SERIES = Table(
    "telemetry_series",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("robot", Text, nullable=False),
    Column("signal", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("resolution", Double, nullable=False),
    UniqueConstraint("robot", "signal"),
)

# Whole spans of time, by series and width of buckets, 0 for trajectories. `first_s` and `last_s` are the times of the
# first and the last bucket or vertex.
BLOCKS = Table(
    "telemetry_blocks",
    METADATA,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("width_s", Integer, primary_key=True, autoincrement=False),
    Column("begin_s", BigInteger, primary_key=True, autoincrement=False),
    Column("first_s", Double, nullable=False),
    Column("last_s", Double, nullable=False),
    Column("block", LargeBinary, nullable=False),
    Index("telemetry_blocks_by_age", "width_s", "begin_s"),
)

# Portions of robots that are in no block yet, in the order in which they were written.
FRESH = Table(
    "telemetry_fresh",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("robot", Text, nullable=False),
    Column("first_s", Double, nullable=False),
    Column("last_s", Double, nullable=False),
    Column("block", LargeBinary, nullable=False),
    Index("telemetry_fresh_of_robot", "robot", "id"),
)
