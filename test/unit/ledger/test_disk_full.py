"""A disk that fills up under a real ledger: one clear error, whole turns only, and a restart goes on from the last."""

from __future__ import annotations

import resource
import subprocess
import sys
import textwrap
from pathlib import Path

from robot_fleet.core.facts import HoldSet
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.verify import verify
from robot_fleet.runtime.history import registry

ROOM_BYTES = 300_000
"""What any file of the process may grow to. The kernel refuses more, as it does on a full disk."""
WRITER = textwrap.dedent(
    """
    import sys
    from robot_fleet.core.errors import LedgerError
    from robot_fleet.core.facts import HoldSet
    from robot_fleet.ledger.ledger import Ledger
    from robot_fleet.runtime.history import registry

    with Ledger.open(sys.argv[1], registry(), site_id="tiny") as ledger:
        try:
            while True:
                ledger.append([HoldSet(True, "", "", "x" * 500)] * 3, 1.0)
        except LedgerError as first:
            print(ledger.last_seq, first)
        try:
            ledger.append([HoldSet(True, "", "", "x" * 500)] * 3, 1.0)
        except LedgerError as second:
            print(ledger.last_seq, second)
        print(sum(1 for _ in ledger.read()))
    """
)


def test_a_process_that_may_write_no_more_says_so_and_loses_no_turn(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    words = [sys.executable, "-c", WRITER, str(path)]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, ROOM_BYTES))

    ended = subprocess.run(words, capture_output=True, text=True, preexec_fn=limit, timeout=60)
    assert ended.returncode == 0, ended.stderr
    first, second, read = ended.stdout.splitlines()
    written = int(first.split()[0])
    assert written > 100
    assert written % 3 == 0
    assert "[ledger_write_failed]" in first
    assert "nothing is half written" in first
    assert second.split()[0] == read == str(written), "a second try is refused as well, and all that was told is there"
    assert "[ledger_write_failed]" in second
    sound = verify(path, registry())
    assert (sound.facts, sound.turns) == (written, written // 3)
    with Ledger.open(path, registry(), site_id="tiny") as ledger:  # there is room again
        assert ledger.append([HoldSet(False, "", "", "room")], 2.0) == written + 1
    assert verify(path, registry()).facts == written + 1
