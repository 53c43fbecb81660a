"""Who lives where is told when the file says something new; a broken file leaves in force what was said before."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from robot_fleet.core.inputs import RecipientsKnown
from robot_fleet.core.recipient import Recipient
from robot_fleet.runtime.recipients_intake import RecipientsIntake
from robot_fleet.site.reading.recipients import RECIPIENTS_FILE

AGREED = "schema_version: 1\nrecipients:\n  home/r101: {consents: [care_visit]}\n"
WITHDRAWN = "schema_version: 1\nrecipients:\n  home/r101: {avoids: [t7]}\n"


class Rig:
    """An intake of a folder, what it has told, and whether its manager takes it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / RECIPIENTS_FILE
        self.told: list[RecipientsKnown] = []
        self.takes = True
        self.intake = RecipientsIntake(folder, self._feed)
        self._written = 0

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self._written += 1  # two writes within one tick of the file system's clock are two all the same
        os.utime(self.file, ns=(self._written * 10**9, self._written * 10**9))

    def _feed(self, known: RecipientsKnown) -> bool:
        if self.takes:
            self.told.append(known)
        return self.takes


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_a_site_without_the_file_tells_nothing(rig: Rig) -> None:
    rig.intake.look()
    assert rig.told == []


def test_the_file_is_told_once_and_again_when_it_has_changed(rig: Rig) -> None:
    rig.write(AGREED)
    rig.intake.look()
    rig.intake.look()
    assert rig.told == [RecipientsKnown({"home/r101": Recipient(frozenset({"care_visit"}))})]
    rig.write(WITHDRAWN)
    rig.intake.look()
    assert rig.told[1:] == [RecipientsKnown({"home/r101": Recipient(avoids=frozenset({"t7"}))})]


def test_what_a_manager_has_not_taken_yet_is_told_again(rig: Rig) -> None:
    rig.write(AGREED)
    rig.takes = False
    rig.intake.look()
    rig.takes = True
    rig.intake.look()
    assert len(rig.told) == 1


def test_a_file_that_cannot_be_read_leaves_in_force_what_was_said(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.write(AGREED)
    rig.intake.look()
    with caplog.at_level(logging.ERROR, "robot_fleet.recipients"):
        rig.write("recipients: [what")
        rig.intake.look()
        rig.intake.look()
    assert len(rig.told) == 1
    (record,) = caplog.records  # said once, not at every look
    assert "site_recipients_malformed" in record.getMessage() or "recipients.yaml" in record.getMessage()
    rig.write(WITHDRAWN)
    rig.intake.look()
    assert len(rig.told) == 2
