"""New site folders appear whole or not at all: they are made aside, checked, and put in their place in one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site


def insist_on_free(folder: Path) -> None:
    """See that a folder is not there, or empty.

    Raises
    ------
    SiteError : `site_new_folder_taken`.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = "is not an empty folder; expected one that is empty or not there"
        raise SiteError("site_new_folder_taken", message, str(folder))


@contextmanager
def made_aside(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`, which becomes it when the block ends and what is in it passes the check.

    Nothing is left where the block raises.

    Raises
    ------
    SiteError : `site_new_folder_taken`; the first thing that is wrong with what was made.
    """
    insist_on_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as aside:
        made = Path(aside) / folder.name
        made.mkdir()
        yield made
        findings = check_site(made)
        if findings:
            raise findings[0].error()
        insist_on_free(folder)
        made.replace(folder)  # takes the place of an empty folder, too
