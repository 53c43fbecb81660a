"""Flows drawn: every act, word and end is in the picture, and the page in the docs is that of the shipped services."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.flow import END, WAIT
from robot_fleet.site.exports.flow_diagram import diagram, flow_page
from robot_fleet.site.load import load_site

ROOT = Path(__file__).parents[3]
SITE = load_site(ROOT / "config" / "sites" / "busan_edc")


@pytest.mark.parametrize("service", SITE.services.values(), ids=lambda service: service.id)
def test_every_act_word_and_end_is_drawn(service) -> None:
    drawn = diagram(service)
    links = [line.split() for line in drawn.splitlines() if "-->" in line]
    for stop in service.stops:
        assert f"subgraph {stop.id}[" in drawn
        for act in stop.acts:
            point = f"{stop.id}__{act.id}"
            assert f'{point}{{{{"' in drawn if act.act == WAIT else f'{point}["' in drawn
            assert any(link[0] == point for link in links), "it leads on"
            for branch in act.branches:
                assert any(link[0] == point and branch.word in " ".join(link[1:-1]) for link in links)
    for outcome in service.outcomes:
        assert f"out__{outcome.id}([" in drawn
    named = {branch.to for stop in service.stops for act in stop.acts for branch in act.branches}
    ends = {to.removeprefix(END) for to in named if to.startswith(END)}
    assert {link[-1] for link in links} >= {f"out__{name}" for name in ends}


def test_the_page_in_the_docs_is_that_of_the_shipped_services() -> None:
    shipped = (ROOT / "docs" / "reference" / "flows.md").read_text(encoding="utf-8")
    command = "./fleet site flows config/sites/busan_edc -o docs/reference/flows.md"
    assert shipped == flow_page(SITE.id, SITE.services.values()), f"make it anew with `{command}`"
