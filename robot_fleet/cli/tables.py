"""Tables on the terminal, narrow enough for eighty columns as far as their content allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", numbers: bool = False
) -> None:
    """Print rows of text under their columns; the first column is never cut.

    Parameters
    ----------
    numbers : whether all columns but the first hold numbers, which stand on the right.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if numbers and index else "left", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)
