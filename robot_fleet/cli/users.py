"""`./fleet user`: who may come in, and with which tokens."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from robot_fleet.cli.tables import print_table
from robot_fleet.cli.userbook import AsJson, Fleet, chosen, password_of, recorded, save_token, users
from robot_fleet.stores.users.people import Role, Token

_TOKEN_DAYS = 90

app = typer.Typer(help="Users of a fleet: with the first one everybody signs in.", no_args_is_help=True)
tokens = typer.Typer(help="Tokens, by which programs use the API.", no_args_is_help=True)
app.add_typer(tokens, name="token")

User = Annotated[str, typer.Argument(metavar="USER", help="Name or id of the user.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the standard input.")]
Days = Annotated[int, typer.Option("--days", help="For how long it is good, 1 to 366.")]
Save = Annotated[bool, typer.Option("--save", help="Keep it for your own ./fleet verbs as well.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="user")


@app.command()
def init(
    user: Annotated[str, typer.Argument(metavar="USER", help="Name of the first admin.")] = "admin",
    days: Days = _TOKEN_DAYS,
    save: Save = False,
    as_json: AsJson = False,
    name: Fleet = None,
) -> None:
    """Make the first user, an admin, and print a token of theirs, once. From then on everybody signs in.

    Example: ./fleet user init --save
    """
    with users(name) as store, recorded(store, "user init") as targets:
        made = store.accounts.add(user, Role.ADMIN, first=True)
        targets.append(made.id)
        token, secret = store.keys.new_token(made.id, "first", Role.ADMIN, days, time.time())
    _show_token(token, secret, save=save, as_json=as_json, name=name)
    if not as_json:
        typer.echo(f"To sign in at the console {user} needs a password: ./fleet user password {user}")


@app.command()
def add(
    user: User,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    from_stdin: FromStdin = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="They use tokens only.")] = False,
    as_json: AsJson = False,
    name: Fleet = None,
) -> None:
    """Add a user; asks for a password.

    Example: ./fleet user add kim --role operator
    """
    password = None if no_password else password_of(from_stdin=from_stdin)
    with users(name) as store, recorded(store, "user add") as targets:
        made = store.accounts.add(user, role, password)
        targets.append(made.id)
    _tell(asdict(made), as_json, f"{made.name} is {made.role}, id {made.id}")


@app.command("list")
def list_users(as_json: AsJson = False, name: Fleet = None) -> None:
    """List the users.

    Example: ./fleet user list
    """
    with users(name) as store:
        found = store.accounts.all()
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))
        return
    rows = [
        (each.name, each.role, "active" if each.active else "disabled", "yes" if each.has_password else "no", each.id)
        for each in found
    ]
    print_table(("name", "role", "state", "password", "id"), rows)


@app.command()
def role(
    user: User,
    new: Annotated[Role, typer.Argument(metavar="ROLE", help="platform, viewer, operator, manager or admin.")],
    as_json: AsJson = False,
    name: Fleet = None,
) -> None:
    """Change what a user may do; it holds at once.

    Example: ./fleet user role kim manager
    """
    with users(name) as store, recorded(store, "user role") as targets:
        found = store.accounts.named(user)
        targets += [found.id, new.value]
        found = store.accounts.set_role(found.id, new)
    _tell(asdict(found), as_json, f"{found.name} is {found.role}")


@app.command()
def disable(
    user: User,
    undo: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False,
    as_json: AsJson = False,
    name: Fleet = None,
) -> None:
    """Let a user in no more: their sessions end and their tokens rest. Nobody is deleted, since the audit names them.

    Example: ./fleet user disable kim
    """
    with users(name) as store, recorded(store, "user enable" if undo else "user disable") as targets:
        found = store.accounts.named(user)
        targets.append(found.id)
        found = store.accounts.set_active(found.id, undo)
    _tell(asdict(found), as_json, f"{found.name} is {'active' if found.active else 'disabled'}")


@app.command()
def password(user: User, from_stdin: FromStdin = False, as_json: AsJson = False, name: Fleet = None) -> None:
    """Give a user another password; all their sessions end.

    Example: ./fleet user password kim
    """
    given = password_of(from_stdin=from_stdin)
    with users(name) as store, recorded(store, "user password") as targets:
        found = store.accounts.named(user)
        targets.append(found.id)
        found = store.accounts.set_password(found.id, given)
    _tell(asdict(found), as_json, f"{found.name} has a new password")


@tokens.command("new")
def new_token(
    user: User,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What it is for; no data about people.")],
    role: Annotated[
        Role | None, typer.Option("--role", help="What it may do, no more than the user; as the user by default.")
    ] = None,
    days: Days = _TOKEN_DAYS,
    save: Save = False,
    as_json: AsJson = False,
    name: Fleet = None,
) -> None:
    """Make a token and print it, once.

    Example: ./fleet user token new kim prometheus --role viewer
    """
    with users(name) as store, recorded(store, "user token new") as targets:
        found = store.accounts.named(user)
        targets.append(found.id)
        token, secret = store.keys.new_token(found.id, label, role or found.role, days, time.time())
        targets.append(token.id)
    _show_token(token, secret, save=save, as_json=as_json, name=name)


@tokens.command("list")
def list_tokens(as_json: AsJson = False, name: Fleet = None) -> None:
    """List the tokens, without their secrets.

    Example: ./fleet user token list
    """
    with users(name) as store:
        found, names = store.keys.tokens(), {each.id: each.name for each in store.accounts.all()}
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))
        return
    rows = [
        (each.id, each.name, names[each.user], each.role, _standing(each, time.time()), _day(each.used_s))
        for each in found
    ]
    print_table(("id", "for", "user", "role", "good", "last used"), rows)


@tokens.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(metavar="ID", help="The token's id; `./fleet user token list` shows all.")],
    as_json: AsJson = False,
    name: Fleet = None,
) -> None:
    """Take a token back; it is good for nothing at once.

    Example: ./fleet user token revoke t-5d0c1f2a
    """
    with users(name) as store, recorded(store, "user token revoke", token):
        found = store.keys.revoke(token, time.time())
    _tell(asdict(found), as_json, f"token {found.id} is revoked")


def _show_token(token: Token, secret: str, *, save: bool, as_json: bool, name: str | None) -> None:
    path = chosen(name).token
    if save:
        save_token(path, secret)
    if as_json:
        typer.echo(json.dumps({**asdict(token), "token": secret}, ensure_ascii=False, indent=1))
        return
    typer.echo(f"Token {token.id}, {token.role}, good until {_day(token.expires_s)}. It is shown this once:")
    typer.echo(f"\n  {secret}\n")
    kept = f"It is kept for your own verbs in {path}." if save else "Give it to ./fleet as ROBOT_FLEET_TOKEN."
    typer.echo(kept)


def _tell(body: dict[str, Any], as_json: bool, sentence: str) -> None:
    typer.echo(json.dumps(body, ensure_ascii=False, indent=1) if as_json else sentence)


def _standing(token: Token, now_s: float) -> str:
    if token.revoked_s is not None:
        return "revoked"
    return f"until {_day(token.expires_s)}" if token.expires_s > now_s else "expired"


def _day(at_s: float | None) -> str:
    return "never" if at_s is None else f"{datetime.fromtimestamp(at_s, UTC).astimezone():%Y-%m-%d}"
