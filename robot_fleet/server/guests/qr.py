"""QR codes of links: for screens and paper as SVG, and for a terminal."""

from __future__ import annotations

import io

import segno

_QUIET = 4
"""Modules of white around a code, without which some cameras find none."""


def qr_svg(link: str) -> str:
    """Return the QR code of a link as an SVG that needs nothing else: black on white, of any size."""
    out = io.BytesIO()
    segno.make_qr(link, error="m").save(
        out, kind="svg", border=_QUIET, dark="black", light="white", omitsize=True, xmldecl=False, svgclass=None,
        lineclass=None, nl=False,
    )  # fmt: skip
    return out.getvalue().decode()


def qr_terminal(link: str) -> str:
    """Return the QR code of a link in characters of half a line each, for a terminal of any colours."""
    out = io.StringIO()
    segno.make_qr(link, error="l").terminal(out, border=_QUIET, compact=True)
    return out.getvalue()
