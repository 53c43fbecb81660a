"""Every code that the sources raise has its line in docs/reference/errors.md, and the page names no others."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

from robot_fleet.scheduling.checking.replay import REASONS
from test.unit.docs.texts import ROOT, page

CODE = re.compile(r"(site|request|plan|order|nav|ledger|store|runtime|scenario|sim|act)_[a-z0-9_]+")
# Texts of the sources that look like codes and are none: ids, keys and names of nodes and functions.
NO_CODES = {
    "act_begins",
    "act_id",
    "act_status",
    "plan_from_json",
    "plan_to_goal",
    "plan_to_json",
    "request_assigned",
    "request_done",
    "request_id",
    "request_to_plan",
    "sim_world",
    "site_x_m",
    "site_y_m",
    "store_true",
}
# Codes whose ending is made at run time: a Nav2 number, the result of an act, the sort of element.
MADE_UP = re.compile(r"nav_(\d{3}|failed)|site_(lane|vertex)_not_for_class")

ERRORS = page("docs/reference/errors.md")
LISTED = [
    code for row in re.findall(r"^\|((?: `[a-z0-9_]+`,?)+) \|", ERRORS, re.M) for code in re.findall(r"`(\w+)`", row)
]


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a module but the keys by which something is looked up."""
    keys: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys += node.keys
        elif isinstance(node, ast.Subscript):
            keys.append(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            keys += node.args[:1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in keys:
            yield node.value


@functools.cache
def codes() -> dict[str, str]:
    """Return the codes of the sources, each with a file that it stands in."""
    found: dict[str, str] = {}
    for path in sorted(path for folder in ("robot_fleet", "bench") for path in (ROOT / folder).rglob("*.py")):
        for text in texts(ast.parse(path.read_text(encoding="utf-8"))):
            if CODE.fullmatch(text) and text not in NO_CODES:
                found.setdefault(text, str(path.relative_to(ROOT)))
    return found


def test_each_code_of_the_sources_has_a_line() -> None:
    missing = {code: file for code, file in codes().items() if code not in LISTED}
    assert missing == {}, (
        "say in docs/reference/errors.md what to do about these codes (or, if one is no code, add it to NO_CODES here)"
    )


def test_the_page_names_no_code_that_is_gone() -> None:
    known = codes()
    gone = [code for code in LISTED if CODE.fullmatch(code) and code not in known and not MADE_UP.fullmatch(code)]
    assert gone == []


def test_each_code_says_what_to_do() -> None:
    for row in re.findall(r"^\| `.*$", ERRORS, re.M):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 2, row
        assert cells[1].endswith("."), row


def test_each_reason_of_a_plan_is_explained() -> None:
    assert set(REASONS) <= set(LISTED)
