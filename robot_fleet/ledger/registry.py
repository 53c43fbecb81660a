"""Which facts exist, in which version each is written today, and how older ones are brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.codec import CodecMismatch, ValueCodec, parse, text_reader, value_codec

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class _Kind:
    type: type
    name: str
    version: int
    codec: ValueCodec

    @cached_property
    def read(self) -> Callable[[str], Any]:
        """What reads a body; made at the first use, since a fleet never meets most kinds."""
        return text_reader(self.type)


class FactRegistry:
    """Turns facts into (kind, version, JSON text) and back.

    A fact's kind is the name of its class. Its version is 1 until its fields change in a way that old JSON does not fit
    any more (a new field with a default still fits).

    Parameters
    ----------
    types : the classes of facts, frozen dataclasses.
    versions : kind -> version written today, where it is not 1.
    upcasters : (kind, version) -> function from that version's body to the next version's. All of them must be there.

    Raises
    ------
    TypeError : a class has no strict JSON form.
    ValueError : two classes of one name, a version of an unknown kind, or a missing upcaster.
    """

    def __init__(
        self,
        types: Iterable[type],
        *,
        versions: Mapping[str, int] | None = None,
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        self._upcasters = dict(upcasters or {})
        self._by_type: dict[type, _Kind] = {}
        self._by_name: dict[str, _Kind] = {}
        wanted = dict(versions or {})
        for cls in types:
            name = cls.__name__
            if name in self._by_name:
                raise ValueError(f"two classes of facts are named {name}")
            kind = _Kind(cls, name, wanted.pop(name, 1), value_codec(cls))
            self._by_type[cls] = self._by_name[name] = kind
            for version in range(1, kind.version):
                if (name, version) not in self._upcasters:
                    raise ValueError(f"{name} is at version {kind.version}, but nothing upcasts it from {version}")
        if wanted:
            raise ValueError(f"versions of unknown kinds of facts: {', '.join(sorted(wanted))}")

    def encode(self, fact: object) -> tuple[str, int, str]:
        """Return kind, version and JSON text of a fact.

        Raises
        ------
        LedgerError : `ledger_unknown_fact`, `ledger_fact_malformed`.
        """
        kind = self._by_type.get(type(fact))
        if kind is None:
            raise LedgerError("ledger_unknown_fact", f"{type(fact).__name__} is not a registered kind of fact")
        try:
            return kind.name, kind.version, kind.codec.dumps(fact)
        except CodecMismatch as mismatch:
            raise LedgerError("ledger_fact_malformed", str(mismatch), kind.name) from mismatch

    def decode(self, name: str, version: int, body: str) -> Any:
        """Return the fact that was written under a kind and version.

        Raises
        ------
        LedgerError : `ledger_unknown_fact`, `ledger_newer_version`, `ledger_fact_malformed`.
        """
        kind = self._by_name.get(name)
        if kind is None:
            raise LedgerError(
                "ledger_unknown_fact", f"this version of robot_fleet does not know facts of kind {name}", name
            )
        if version > kind.version:
            raise LedgerError(
                "ledger_newer_version",
                f"fact of version {version}, but this robot_fleet reads up to {kind.version}; install the newer one",
                name,
            )
        try:
            if version == kind.version:
                return kind.read(body)
            fields = parse(body)
            for step in range(version, kind.version):
                fields = self._upcasters[name, step](fields)
            return kind.codec.decode(fields)
        except CodecMismatch as mismatch:
            raise LedgerError("ledger_fact_malformed", str(mismatch), f"{name} version {version}") from mismatch
