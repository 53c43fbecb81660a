"""What tests of recordings share: messages without ROS, and what rosbags reads."""

from __future__ import annotations

import struct
from pathlib import Path

from rosbags.highlevel import AnyReader

from robot_fleet.runtime.recordings.recording_file import MessageType
from robot_fleet.telemetry.ring import Heard

TEXT = MessageType("std_msgs/msg/String", "string data\n")
TYPES = {"/care_1/load": TEXT, "/care_1/state": TEXT, "/fleet/alarms": TEXT}
BORN_NS = 1_700_000_000_000_000_000


def text(words: str) -> bytes:
    """Return a serialised std_msgs/String."""
    encoded = words.encode() + b"\0"
    return b"\x00\x01\x00\x00" + struct.pack("<I", len(encoded)) + encoded


def heard(topic: str, steady_s: float, words: str, fleet_s: float | None = None) -> Heard:
    at_ns = round((steady_s if fleet_s is None else fleet_s) * 1e9)
    return Heard(steady_s, at_ns, BORN_NS + round(steady_s * 1e9), topic, text(words))


def read(path: Path) -> list[tuple[float, str, str]]:
    """Return fleet time, topic and text of each message, by rosbags and with the definitions in the file alone."""
    with AnyReader([path]) as reader:
        return [
            (at_ns / 1e9, connection.topic, reader.deserialize(raw, connection.msgtype).data)  # type: ignore[attr-defined]
            for connection, at_ns, raw in reader.messages()
        ]
