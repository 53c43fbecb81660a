"""One recording: an MCAP file of ROS 2 messages that Foxglove and rosbags open, whole or not there at all.

While it is being written it is called `….mcap.part`; what was written of it survives a killed process, and `mend` makes
a whole recording of that. Its timeline is fleet time; the time since 1970 stands beside it as the publish time.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from mcap.exceptions import McapError
from mcap.reader import make_reader
from mcap.records import Channel, McapRecord, Message, Metadata, Schema
from mcap.stream_reader import StreamReader
from mcap.writer import Writer

from robot_fleet import __version__
from robot_fleet.telemetry.ring import Heard

LOG = logging.getLogger("robot_fleet")
SUFFIX, PART = ".mcap", ".mcap.part"
ABOUT = "black_box"
"""Name of the metadata records; of several, the later ones complete the earlier."""
_PROFILE, _SCHEMA, _ENCODING = "ros2", "ros2msg", "cdr"
_CHUNK_BYTES = 256 * 1024
_MAGIC_BYTES, _HEAD = 8, struct.Struct("<BQ")


@dataclass(frozen=True, slots=True)
class MessageType:
    """A type of message.

    Parameters
    ----------
    name : as in `geometry_msgs/msg/Pose`.
    definition : its own and those of all types in it, one after the other as rosbag2 writes them.
    """

    name: str
    definition: str


class RecordingFile:
    """A recording that is being written.

    Parameters
    ----------
    part : where, until it is whole.
    types : of the messages, by topic.
    about : what the recording is of.
    begin_ns : fleet time at which its timeline begins: what held already then stands there.

    Attributes
    ----------
    about : all that it says of itself so far.
    part : where it is written.

    Raises
    ------
    OSError : it cannot be written, or is there already; the same for every method.
    """

    def __init__(self, part: Path, types: Mapping[str, MessageType], about: Mapping[str, str], begin_ns: int) -> None:
        self.part = part
        self._types = types
        self._stream = part.open("xb")
        self._writer = Writer(self._stream, chunk_size=_CHUNK_BYTES)
        self._schemas: dict[MessageType, int] = {}
        self._channels: dict[str, int] = {}
        self._last_ns = begin_ns
        self.about: dict[str, str] = {}
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._writer.start(_PROFILE, f"robot_fleet {__version__}")
            self.note(about)
        except OSError:
            self.close()
            raise

    def note(self, about: Mapping[str, str]) -> None:
        """Write what else is known of it."""
        self.about.update(about)
        self._writer.add_metadata(ABOUT, dict(about))

    def write(self, heard: Iterable[Heard]) -> None:
        """Write messages, in order; none stands before the begin or before the one that was written last."""
        for each in heard:
            self._last_ns = max(self._last_ns, each.fleet_ns)
            self._writer.add_message(self._channel(each.topic), self._last_ns, each.data, each.wall_ns)
        self._writer.flush()  # type: ignore[no-untyped-call]

    def keep(self) -> None:
        """Make what was written survive a power cut."""
        os.fsync(self._stream.fileno())

    def finish(self, path: Path) -> None:
        """Complete it, durably, under its own name."""
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._stream.flush()
        self.keep()
        self._stream.close()
        _rename(self.part, path)

    def close(self) -> None:
        """Leave it as it is."""
        with contextlib.suppress(OSError):  # what it still held cannot be written; it is closed all the same
            self._stream.close()

    def _channel(self, topic: str) -> int:
        if topic not in self._channels:
            kind = self._types[topic]
            if kind not in self._schemas:
                self._schemas[kind] = self._writer.register_schema(kind.name, _SCHEMA, kind.definition.encode())
            self._channels[topic] = self._writer.register_channel(topic, _ENCODING, self._schemas[kind])
        return self._channels[topic]


def is_abandoned(part: Path) -> bool:
    """Return whether no process writes a recording any more. Raises OSError."""
    with part.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def mend(part: Path, about: Mapping[str, str]) -> RecordingFile | None:
    """Return what can be read of a recording that was cut off, as one that can be finished; None if that is nothing.

    Parameters
    ----------
    part : what was left. It is replaced only when the returned recording is finished.
    about : what else is known of it.

    Raises
    ------
    OSError : it cannot be read, or its copy cannot be written.
    """
    schemas: dict[int, Schema] = {}
    types: dict[str, MessageType] = {}
    topics: dict[int, str] = {}
    known: dict[str, str] = {}
    heard: list[Heard] = []
    for record in _whole_records(part):
        if isinstance(record, Metadata):
            known |= record.metadata
        elif isinstance(record, Schema):
            schemas[record.id] = record
        elif isinstance(record, Channel):
            schema = schemas[record.schema_id]
            topics[record.id] = record.topic
            types[record.topic] = MessageType(schema.name, schema.data.decode())
        elif isinstance(record, Message):
            heard.append(Heard(0.0, record.log_time, record.publish_time, topics[record.channel_id], record.data))
    if not heard:
        return None
    copy = part.with_name(f"{part.name}.mending")
    copy.unlink(missing_ok=True)  # of a process that was killed, too
    made = RecordingFile(copy, types, {**known, **about}, 0)
    made.write(heard)
    return made


@dataclass(frozen=True, slots=True)
class Described:
    """What a recording holds.

    Parameters
    ----------
    about : what it says of itself.
    begin_s, end_s : fleet time of its first and its last message.
    topics : type and number of messages, by topic.
    """

    about: Mapping[str, str]
    begin_s: float
    end_s: float
    topics: Mapping[str, tuple[str, int]]


def describe(path: Path) -> Described:
    """Return what a whole recording holds.

    Raises
    ------
    OSError : it cannot be read.
    McapError : it is none.
    """
    with path.open("rb") as stream:
        reader = make_reader(stream)
        summary = reader.get_summary()
        if summary is None or summary.statistics is None:
            raise McapError(f"{path} has no summary")
        about = {key: value for record in reader.iter_metadata() for key, value in record.metadata.items()}
    counts = summary.statistics.channel_message_counts
    topics = {
        channel.topic: (summary.schemas[channel.schema_id].name, counts.get(channel.id, 0))
        for channel in summary.channels.values()
    }
    begin_ns, end_ns = summary.statistics.message_start_time, summary.statistics.message_end_time
    return Described(about, begin_ns / 1e9, end_ns / 1e9, dict(sorted(topics.items())))


def _whole_records(part: Path) -> Iterator[McapRecord]:
    """Yield the records of a recording that was cut off, as far as they are whole."""
    content = part.read_bytes()
    end = _MAGIC_BYTES
    while end + _HEAD.size <= len(content):
        _, length = _HEAD.unpack_from(content, end)
        if end + _HEAD.size + length > len(content):
            break
        end += _HEAD.size + length
    try:
        yield from StreamReader(BytesIO(content[:end]), validate_crcs=True).records
    except Exception as error:  # a damaged end may be anything; what was whole before it has been read
        LOG.debug("file=%s event=cut error=%r", part, error)


def _rename(part: Path, path: Path) -> None:
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
