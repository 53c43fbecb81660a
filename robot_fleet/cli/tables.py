"""Tables on the terminal, as narrow as their words allow: numbers are never cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", numbers: bool = False
) -> None:
    """Print rows of text under their columns; the first column is never cut.

    Parameters
    ----------
    numbers : whether all columns but the first hold numbers, which stand on the right and are never cut either.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for index, column in enumerate(columns):
        if numbers and index:
            table.add_column(column.replace(" ", "\n"), justify="right", no_wrap=True, vertical="bottom")
        else:
            table.add_column(column, no_wrap=index == 0, vertical="bottom")
    for row in rows:
        table.add_row(*map(escape, row))
    console = Console()
    if numbers:
        as_it_is = Measurement.get(console, console.options.update_width(10_000), table).maximum
        console.width = max(console.width, as_it_is)
    console.print(table)
