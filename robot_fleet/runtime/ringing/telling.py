"""Tells the receivers of webhooks what neither manager nor gateway can: started by the supervisor, and soon over.

    python -m robot_fleet.runtime.ringing.telling --site DIR --run DIR --webhooks FILE

It reads the raisers' journal and what the supervisor has written down, and has an outbox of its own. It ends when every
receiver knows or is given up. The manager tells of the same alarms later, with the same ids.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Iterator
from pathlib import Path

from robot_fleet.core.errors import FleetError, SiteError
from robot_fleet.core.fleet.applied.alarms import HELP_CALLED
from robot_fleet.core.health import AlarmTemplate, Urgency
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.run_id import run_id
from robot_fleet.runtime.ringing.ringer import PROCESS_DOWN, DownAlarm, down_alarms
from robot_fleet.server.webhooks.deliveries import Deliveries
from robot_fleet.server.webhooks.event import WebhookEvent
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.webhooks import read_webhooks
from robot_fleet.stores.raised import RaisedAlarm, RaisedAlarms

LOG = logging.getLogger("robot_fleet.ringing")
_LOOK_S = 0.5
_UNKNOWN = Text("", "")


class Bell:
    """Turns what it finds in a run directory into events.

    Parameters
    ----------
    site : for its id and for what people are told.
    run : the fleet's run directory.
    patience_s : how long the manager has to take an alarm.
    """

    def __init__(self, site: Site, run: RunDirectory, patience_s: float) -> None:
        self._site = site
        self._run = run
        self._patience_s = patience_s
        self._run_id = run_id(run.path)

    def events(self) -> Iterator[WebhookEvent]:
        """Yield an event for everything that receivers must be told."""
        whole, damaged = RaisedAlarms(self._run.raised).read()
        for alarm in whole:
            if not 0.0 <= time.time() - alarm.raised_unix_s < self._patience_s:  # or the clock was put back
                yield self._call(alarm)
        for key in damaged:  # it says no more than that somebody called
            yield self._call(RaisedAlarm(key, "", {}, "", "", "", time.time(), None))
        for down in down_alarms(self._run.ringing):
            yield self._down(down, cleared=False)
            if down.cleared_unix_s is not None:
                yield self._down(down, cleared=True)

    def _call(self, alarm: RaisedAlarm) -> WebhookEvent:
        template = self._template(HELP_CALLED, Urgency.CRITICAL)
        return WebhookEvent(
            type="alarm.raised",
            of=alarm.key,
            run=self._run_id,
            site=self._site.id,
            condition=HELP_CALLED,
            subjects=(alarm.subject,) if alarm.subject else (),
            urgency=template.urgency,
            text=template.cause,
            action=template.action,
            at_unix_s=alarm.raised_unix_s,
            at_s=alarm.raised_s,
        )

    def _down(self, down: DownAlarm, *, cleared: bool) -> WebhookEvent:
        template = self._template(PROCESS_DOWN, Urgency.HIGH)
        return WebhookEvent(
            type="alarm.cleared" if cleared else "alarm.raised",
            of=down.id,
            run=self._run_id,
            site=self._site.id,
            condition=PROCESS_DOWN,
            subjects=(down.name,),
            urgency=template.urgency,
            text=template.cause,
            action=template.action,
            at_unix_s=(down.cleared_unix_s or down.raised_unix_s) if cleared else down.raised_unix_s,
        )

    def _template(self, condition: str, urgency: Urgency) -> AlarmTemplate:
        """Return what people are told; a site that has no words for it still rings."""
        known = self._site.health.alarms.get(condition)
        return known or AlarmTemplate(urgency, 60.0, Text(condition, condition), _UNKNOWN, _UNKNOWN)


def ring(site: Path, run: RunDirectory, webhooks: Path, patience_s: float) -> None:
    """Deliver until nothing is left to deliver.

    Raises
    ------
    SiteError : the site or the file of receivers cannot be read.
    """
    without_secret: list[SiteError] = []
    endpoints = read_webhooks(webhooks, without=without_secret)
    for error in without_secret:
        LOG.error("webhook event=left_out error=%s", error)
    bell = Bell(load_site(site), run, patience_s)
    deliveries = Deliveries(endpoints, run.path / "ringing.sqlite")
    told: set[str] = set()
    try:
        while True:
            for event in bell.events():
                if event.id not in told:
                    told.add(event.id)
                    LOG.warning("event=%s of=%s subjects=%s", event.type, event.of, ",".join(event.subjects))
                deliveries.offer(event)
            if not deliveries.open:
                return
            time.sleep(_LOOK_S)
    finally:
        deliveries.close()


def main() -> None:
    """Run the process."""
    parser = argparse.ArgumentParser(description="tells receivers of webhooks what nobody else can")
    parser.add_argument("--site", type=Path, required=True, help="the site's folder")
    parser.add_argument("--run", type=Path, required=True, help="the fleet's run directory")
    parser.add_argument("--webhooks", type=Path, required=True, help="the file of receivers")
    parser.add_argument("--patience", type=float, default=0.0, help="seconds that the manager has to take an alarm")
    words = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s process=ringing %(message)s")
    try:
        ring(words.site, RunDirectory(words.run.name, words.run), words.webhooks, words.patience)
    except FleetError as error:
        LOG.critical("error=%s", error)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
