"""The words of the pages as files, for whoever is at a page: nothing of the fleet is in them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from robot_fleet.site.texts import Texts

LIST = "languages"
_HEADERS = {"cache-control": "no-cache"}


def text_files(texts: Texts) -> Starlette:
    """Return an application with `languages.json`, which says what there is, and `<language>.json`."""
    offered = texts.offered()

    async def table(request: Request) -> JSONResponse:
        language = request.path_params["language"]
        if language == LIST:
            return JSONResponse(offered, headers=_HEADERS)
        if language not in texts.tables:
            raise HTTPException(404)
        return JSONResponse(texts.tables[language], headers=_HEADERS)

    return Starlette(routes=[Route("/{language}.json", table)])
