"""How the functions of this package are compiled, and where the result is kept.

numba looks only at a function's own file to tell whether what it has kept is still good, and not at the files of what
that calls. So what is kept lies in a folder named after the content of the whole package.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function")


def cache_folder() -> Path:
    """Return where compiled code of these sources is kept: beside them, or in the user's cache where that is read-only."""
    here = Path(__file__).parent
    content = hashlib.sha256()
    for source in sorted(here.glob("*.py")):
        content.update(source.read_bytes())
    beside = here / "__pycache__"
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "robot_fleet"
    writable = os.access(beside if beside.exists() else here, os.W_OK)
    return (beside if writable else user) / f"compiled-{content.hexdigest()[:16]}"


if not numba.config.CACHE_DIR:
    numba.config.CACHE_DIR = str(cache_folder())


def compiled(function: Function) -> Function:
    """Compile a function that only other compiled ones call.

    It needs no wrapper for Python and is kept as part of the entries that call it, not by itself.
    """
    made: Any = numba.njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(
        function
    )
    return made  # type: ignore[no-any-return]


def entry(function: Function) -> Function:
    """Compile a function that Python calls; the result is kept on disk, so that each machine pays for it once."""
    made: Any = numba.njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    return made  # type: ignore[no-any-return]
