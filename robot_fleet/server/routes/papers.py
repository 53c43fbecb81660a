"""Addresses about the papers that the law asks robots for: which there are; people withdraw and restore them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from robot_fleet.core.inputs import RestorePaper, WithdrawPaper
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import CommandTaken, PaperWish
from robot_fleet.server.models.rows import PaperRow
from robot_fleet.server.pages import PAGED, Paged
from robot_fleet.server.ports import FleetPort
from robot_fleet.server.rows.papers import paper_now


def paper_reads(fleet: FleetPort) -> APIRouter:
    """Return the address that lists papers."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/papers", response_model=list[PaperRow], responses=PAGED)
    async def papers(page: Paged) -> Response:
        """Every certificate, insurance and permit, the first to end first: whose, how long valid, by whom withdrawn."""
        whole = fleet.snapshot()
        rows = [paper_now(row, whole["t_s"]) for row in whole["papers"]]
        return page.answer(rows, lambda row: (row["valid_to"], row["id"]))

    return router


def paper_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses of commands about papers."""
    router = APIRouter(prefix="/api/v1/papers", tags=["commands"], responses=ERRORS)

    @router.post("/{paper}/withdraw", status_code=202)
    async def withdraw(paper: str, wish: PaperWish | None = None, key: Key = None) -> CommandTaken:
        """Count a certificate, an insurance or a permit no more; its robots leave the zones that ask for it."""
        wish, key = wish or PaperWish(), key or new_key("paper")
        concerns(paper)
        return taken(key, await fleet.carry_out(WithdrawPaper(key, paper, wish.reason, wish.by)))

    @router.post("/{paper}/restore", status_code=202)
    async def restore(paper: str, wish: PaperWish | None = None, key: Key = None) -> CommandTaken:
        """Count it again, as far as its dates allow."""
        wish, key = wish or PaperWish(), key or new_key("paper")
        concerns(paper)
        return taken(key, await fleet.carry_out(RestorePaper(key, paper, wish.reason, wish.by)))

    return router
