"""How the functions of this package are compiled, and where the result is kept.

Compiling takes a minute or two, so it is done once: the result is kept in the Python environment (or, where that is
read-only, under `XDG_CACHE_HOME` or `~/.cache`), named after the content of the whole package. numba by itself would
look at the time of a function's own file only, and not at what the function calls.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import caching, types
from numba.core.types.misc import unliteral

Function = TypeVar("Function")
HERE = Path(__file__).parent


def content_key() -> str:
    """Return a key of the sources of this package."""
    content = hashlib.sha256()
    for source in sorted(HERE.glob("*.py")):
        content.update(source.read_bytes())
    return content.hexdigest()[:32]


CONTENT = content_key()


def shared_folder() -> Path:
    """Return where environments of one user share compiled code of these sources."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "robot_fleet" / "planners" / CONTENT


def cache_folder() -> Path:
    """Return where this environment keeps compiled code of these sources."""
    if sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK):
        return Path(sys.prefix) / "planners" / CONTENT
    return shared_folder()


class ByContent(caching._CacheLocator):  # type: ignore[misc]
    """Tells numba where code of this package is kept, and that it is good as long as the sources are the same."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._line = function.__code__.co_firstlineno

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(cache_folder())

    def get_source_stamp(self) -> str:
        """Return what must be the same for kept code to be good."""
        return CONTENT

    def get_disambiguator(self) -> str:
        """Return what tells functions of one name apart."""
        return str(self._line)

    @classmethod
    def from_function(cls, function: Callable[..., object], file: str) -> ByContent | None:
        """Return a locator for a function of this package, None for any other."""
        return cls(function) if Path(file).parent == HERE else None


caching.CacheImpl._locator_classes.insert(0, ByContent)


def compiled(function: Function) -> Function:
    """Compile a function that only other compiled ones call, and that makes no arrays.

    It needs no wrapper for Python and is kept as part of the entries that call it, not by itself. Nor does it count
    references to arrays: its caller holds them, and counting takes more time than all else in the search.
    """
    return _inner(function, counts_references=False)


def making(function: Function) -> Function:
    """Compile a function that only other compiled ones call, and that may make arrays: not for inner loops."""
    return _inner(function, counts_references=True)


def _inner(function: Function, counts_references: bool) -> Function:
    options = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    made: Any = numba.njit(_nrt=counts_references, **options)(function)
    of_types = made.get_call_template

    def of_widest(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return of_types(tuple(map(_widest, args)), kws)

    made.get_call_template = of_widest
    return made  # type: ignore[no-any-return]


def _widest(kind: Any) -> Any:
    """Return the type that an argument is taken as: else a function is compiled for each mix of widths and literals."""
    kind = unliteral(kind)
    return types.int64 if kind in (types.int32, types.int64) else kind


def entry(function: Function) -> Function:
    """Compile a function that Python calls; the result is kept on disk, so that each machine pays for it once."""
    made: Any = numba.njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    return made  # type: ignore[no-any-return]
