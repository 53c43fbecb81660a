"""`./fleet person`: data of people, on the machine that holds them. Nothing personal is ever an argument."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from robot_fleet.cli.answers import By
from robot_fleet.cli.fresh import site_of
from robot_fleet.cli.languages import Lang, Language
from robot_fleet.cli.person_words import consent_cells, counted, day, lines, word
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import confirm
from robot_fleet.core.errors import RequestError, RuntimeFailure
from robot_fleet.runtime.people import days_kept, open_people, people_audit, people_folder, people_key
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.site.reading.retention import read_retention
from robot_fleet.stores.people.access import People, Reader
from robot_fleet.stores.people.csv_file import COLUMNS, entry_of, midnight_s, read_people
from robot_fleet.stores.people.flags import flags_of
from robot_fleet.stores.people.person import Consent, Purpose
from robot_fleet.stores.people.sealing import write_new
from robot_fleet.stores.people.small_groups import LEAST
from robot_fleet.stores.people.store import PeopleStore

if TYPE_CHECKING:
    from robot_fleet.stores.people.access import Card

app = typer.Typer(help="Data of people: sealed, masked, erased by destroying their keys.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--store", metavar="DIR", help="The store; $FLEET_PEOPLE or one in the state home.")
]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="The master key; $FLEET_PEOPLE_KEY or one in the config home."),
]
Who = Annotated[str, typer.Argument(metavar="PERSON", help="Their opaque id.")]
For = Annotated[Purpose, typer.Argument(metavar="PURPOSE", help=", ".join(Purpose))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_TERMINAL = "terminal"


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="person")


@app.command()
def init(folder: Folder = None, key: Key = None) -> None:
    """Make an empty store and its master key, each for its owner alone. What is there already is left as it is.

    Example: ./fleet person init --key /media/safe/people.key
    """
    where, key_file = folder or people_folder(), key or people_key()
    PeopleStore.init(where, key_file).close()
    typer.echo(f"{where} is made. Keep a copy of {key_file} apart from it: without the key nobody can open the store.")


@app.command()
def add(folder: Folder = None, key: Key = None, by: By = "operator") -> None:
    """Take somebody in, asking for each thing; what is left empty is not known. Lists are separated by `;`.

    Example: ./fleet person add
    """
    with _opened(folder, key) as (store, people):
        row: dict[str | None, object] = {
            column: typer.prompt(column, default="", show_default=False, err=True)
            for column in COLUMNS
            if column != "person"
        }
        entry = entry_of(row, time.time())
        people.note("add", (), Reader(by, _TERMINAL))
        (name,) = store.put([entry], time.time())
    typer.echo(name)


@app.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="UTF-8, with a header.")],
    folder: Folder = None,
    key: Key = None,
    by: By = "operator",
    yes: Yes = False,
) -> None:
    """Take in everybody of a CSV file, or nobody. Who is named by an id replaces what was known under it.

    Example: ./fleet person import residents.csv
    """
    with _opened(folder, key) as (store, people):
        entries = read_people(file, time.time())
        replaced = tuple(person.id for person, _ in entries if person.id)
        if not yes:
            confirm(f"Take in {len(entries)} people, {len(replaced)} of whom replace what is known of them?")
        people.note("add", replaced, Reader(by, _TERMINAL))
        taken = store.put(entries, time.time())
    typer.echo(f"{len(taken)} people are taken in. {file} still holds their data in the clear: destroy it.")


@app.command()
def show(
    purpose: Annotated[Purpose, typer.Option("--purpose", help="What it is read for.")],
    person: Annotated[str | None, typer.Argument(metavar="[PERSON]", help="Their opaque id; all by default.")] = None,
    place: Annotated[str | None, typer.Option("--place", metavar="PLACE", help="The card of a place.")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Shows it in the clear. Is kept.")] = "",
    given_to: Annotated[str, typer.Option("--given-to", metavar="WHOM", help="Whom a card is read out to.")] = "",
    folder: Folder = None,
    key: Key = None,
    by: By = "operator",
    lang: Lang = Language.EN,
) -> None:
    """Show people, somebody, or who lives at a place: masked, or in the clear with a reason. Each look is written down.

    Example: ./fleet person show --purpose care_emergency --place home/r101 --reason "119 is on the line" --given-to 119
    """
    reader = Reader(by, _TERMINAL)
    with _opened(folder, key) as (_, people):
        if place is not None:
            _tell_card(people.card(place, purpose, reason, reader, given_to), lang.value)
        elif person is not None:
            _tell([lines(people.person(person, purpose, reason, reader), lang.value)], not reason, lang.value)
        elif reason:
            raise RequestError("request_person_missing", "in the clear people are shown one at a time; say whom")
        else:
            found = people.masked(purpose, reader)
            rows = [(each.id, each.place, each.name, ", ".join(each.phones)) for each in found]
            heads = tuple(word(key, lang.value) for key in ("person", "place", "name", "phones"))
            print_table(heads, rows) if rows else typer.echo(word("nobody", lang.value))


@app.command()
def count(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: Folder = None,
    key: Key = None,
    by: By = "operator",
    lang: Lang = Language.EN,
) -> None:
    """Count people by sort, consent and what is known of them; groups under five are withheld.

    Example: ./fleet person count
    """
    with _opened(folder, key) as (_, people):
        told = people.counts(Reader(by, _TERMINAL))
    if as_json:
        counts = [{"by": by_what, "groups": dict(each.groups), "total": each.total} for by_what, each in told.items()]
        typer.echo(json.dumps({"schema_version": 1, "counts": counts}, indent=1))
        return
    rows = [
        (counted(by_what, lang.value), word(group, lang.value), "*" if many is None else str(many))
        for by_what, each in told.items()
        for group, many in each.groups.items()
    ]
    print_table(("", word("group", lang.value), word("people", lang.value)), rows)
    if any(many is None for each in told.values() for many in each.groups.values()):
        typer.echo(word("too_few", lang.value).format(least=LEAST))


@app.command()
def consent(
    person: Who,
    purpose: For,
    version: Annotated[str, typer.Option("--version", help="Of the text that they agreed to.")],
    until: Annotated[str, typer.Option("--until", metavar="YYYY-MM-DD", help="The day at whose beginning it ends.")],
    folder: Folder = None,
    key: Key = None,
    by: By = "operator",
    lang: Lang = Language.EN,
) -> None:
    """Write down what somebody agrees to.

    Example: ./fleet person consent p_0123456789abcdef care_visit --version 2026-1 --until 2027-06-30
    """
    now_s = time.time()
    given = Consent(purpose, version, now_s, midnight_s(until))
    if given.expires_s <= now_s:
        raise RequestError("request_consent_over", "a consent ends in the future", until)
    with _opened(folder, key) as (store, people):
        store.read(person, ())
        people.note("consent", (person,), Reader(by, _TERMINAL), purpose)
        store.consent(person, given)
        rows = [consent_cells(each, lang.value) for each in store.consents(person)]
    print_table([word(key, lang.value) for key in ("purpose", "version", "given", "ends", "withdrawn")], rows)


@app.command()
def withdraw(
    person: Who, purpose: For, folder: Folder = None, key: Key = None, by: By = "operator", yes: Yes = False
) -> None:
    """End what somebody agreed to, at once. Their data go when their time is over, or with `erase`.

    Example: ./fleet person withdraw p_0123456789abcdef care_visit
    """
    with _opened(folder, key) as (store, people):
        store.read(person, ())
        if not yes:
            confirm(f"Does {person} take back the consent to {purpose.value}? Robots cannot serve it any more.")
        people.note("withdraw", (person,), Reader(by, _TERMINAL), purpose)
        ended = store.withdraw(person, purpose, time.time())
    typer.echo(f"{person}: {ended} consents to {purpose.value} ended")


@app.command()
def erase(person: Who, folder: Folder = None, key: Key = None, by: By = "operator", yes: Yes = False) -> None:
    """Destroy somebody's keys, and with them all that is known of them. Only an old copy of the keys brings it back.

    Example: ./fleet person erase p_0123456789abcdef
    """
    with _opened(folder, key) as (store, people):
        store.read(person, ())
        if not yes:
            confirm(f"Erase all that is known of {person}, for ever?")
        people.note("erase", (person,), Reader(by, _TERMINAL))
        store.erase(person)
    typer.echo(f"{person} is erased")


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    site: Annotated[
        Path | None,
        typer.Option("--site", metavar="DIR", help="Whose retention.yaml counts; that of the last run by default."),
    ] = None,
    folder: Folder = None,
    key: Key = None,
    by: By = "operator",
    yes: Yes = False,
    lang: Lang = Language.EN,
) -> None:
    """Destroy the data whose time is over, by the site's retention.yaml. Let it run once a day.

    Example: ./fleet person purge --site config/sites/busan_edc --yes
    """
    days = days_kept(read_retention(site or site_of(run_directory(), "how long data are kept is the site's")))
    with _opened(folder, key) as (store, people):
        now_s = time.time()
        gone = store.overdue(now_s, days)
        for person, data in gone:
            typer.echo(f"{person}: {word(data.value, lang.value)}")
        if gone and not dry_run:
            if not yes:
                confirm("Destroy these data, for ever?")
            people.note("purge", tuple(sorted({person for person, _ in gone})), Reader(by, _TERMINAL))
            store.purge(now_s, days)
    typer.echo(f"{len(gone)} {'would go' if dry_run else 'destroyed'}, as of {day(now_s)}")


@app.command("export-for")
def export_for(
    person: Who,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="A new file, for its owner alone.")],
    folder: Folder = None,
    key: Key = None,
    by: By = "operator",
) -> None:
    """Write everything that is known of somebody, for themselves: their data, consents, and to whom data were given.

    Example: ./fleet person export-for p_0123456789abcdef -o for_them.json
    """
    with _opened(folder, key) as (_, people):
        known, consents, disclosures = people.all_of(person, Reader(by, _TERMINAL))
    told = {
        "schema_version": 1,
        "person": asdict(known),
        "consents": [asdict(each) for each in consents],
        "disclosures": [asdict(each) for each in disclosures],
    }
    try:
        write_new(out, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())
    except OSError as error:
        message = f"write to a new file in a folder that exists and has room ({error.strerror})"
        raise RuntimeFailure("runtime_file_unwritable", message, str(out)) from error
    typer.echo(f"{out} holds all that is known of {person}, in the clear. Give it to nobody else.")


@app.command()
def flags(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="The recipients.yaml of the site's folder.")],
    folder: Folder = None,
    key: Key = None,
    by: By = "operator",
) -> None:
    """Write what a fleet has to know before it comes: who agrees to what now, and opaque tags of what to avoid.

    The tags are those conditions that begin with `avoid:`. The file names nobody. Let it be written again when consents
    change, and once a day, since they expire; a running manager takes it up by itself.

    Example: ./fleet person flags config/sites/my_site/recipients.yaml
    """
    with _opened(folder, key) as (store, people):
        people.note("flags", store.ids(), Reader(by, _TERMINAL))
        told = {place: asdict(each) for place, each in flags_of(store, time.time()).items()}
    rows = {place: {name: list(values) for name, values in each.items()} for place, each in told.items()}
    text = yaml.safe_dump({"schema_version": 1, "recipients": rows}, allow_unicode=True)
    fresh = file.with_name(f".{file.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        message = f"write to a folder that exists and has room ({error.strerror})"
        raise RuntimeFailure("runtime_file_unwritable", message, str(file)) from error
    typer.echo(f"{file} tells of {len(rows)} places. It names nobody.")


@contextmanager
def _opened(folder: Path | None, key: Path | None) -> Iterator[tuple[PeopleStore, People]]:
    where = folder or people_folder()
    store = PeopleStore(where, key or people_key())
    try:
        yield store, open_people(store, people_audit(where))
    finally:
        store.close()


def _tell_card(card: Card, lang: str) -> None:
    _tell([lines(person, lang) for person in card.people], card.opened_until_s is None, lang)
    if card.withheld:
        typer.echo(word("withheld", lang).format(count=card.withheld))


def _tell(people: list[Iterator[tuple[str, str]]], masked: bool, lang: str) -> None:
    for each in people:
        for name, value in each:
            typer.echo(f"{name}: {value}")
        typer.echo("")
    if not people:
        typer.echo(word("no_people", lang))
    elif masked:
        typer.echo(word("masked", lang))
