"""Builds the interface packages into the environment, once per content for all checkouts of a user."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from bootstrap.layout import Layout
from bootstrap.progress import Phase
from bootstrap.ros import HostRos
from bootstrap.stamp import BEFORE_NAV2, NAV2
from bootstrap.steps import Steps

_KEPT_BUILDS = 12
_MANIFEST = "robot_fleet_interfaces.txt"


def install(
    steps: Steps,
    layout: Layout,
    keys: Mapping[str, str],
    host: HostRos | None,
    phase: Phase,
    full_nav2: bool = False,
) -> None:
    """Put the packages into the environment, from the cache where their content was built before.

    Parameters
    ----------
    keys
        Key of the content by name of the package.
    full_nav2
        Whether every interface of Nav2 is built.

    Raises
    ------
    StepFailed
        If one does not compile.
    """
    cached = {name: layout.cache / "interfaces" / f"{name}-{key}" for name, key in keys.items()}
    missing = {name: path for name, path in cached.items() if not path.is_dir()}
    if missing:
        found = [f"-DCMAKE_PREFIX_PATH={cached[name]}" for name in BEFORE_NAV2 if name in cached]
        build(steps, layout, missing, host, phase, {NAV2: ["-DNAV2_MSGS_ALL=ON", *found]} if full_nav2 else {})
    phase.detail = "copying"
    for path in cached.values():
        os.utime(path)
    _replace(list(cached.values()), layout.venv)
    forget(layout.cache / "interfaces")


def build(
    steps: Steps,
    layout: Layout,
    targets: Mapping[str, Path],
    host: HostRos | None,
    phase: Phase,
    options: Mapping[str, Sequence[str]],
) -> None:
    """Build packages side by side, and keep each at its target, whole or not at all.

    None needs another, but Nav2's full set those before it. ``options`` are CMake's, by package.
    """
    work = layout.venv / "interfaces-work"
    cmake = layout.venv / "bin" / "cmake"
    include: list[str] = [] if host else [f"-DCMAKE_PROJECT_INCLUDE={layout.root / 'bootstrap' / 'wheels.cmake'}"]
    # Said outright since Debian's Python would name another folder, which the environment does not look into.
    site_packages = next(layout.venv.glob("lib/python3.*/site-packages")).relative_to(layout.venv)
    counts: dict[str, tuple[int, int]] = {}

    def counter(name: str) -> Callable[[str], None]:
        def count(line: str) -> None:
            match = re.match(r"\[(\d+)/(\d+)\]", line)
            if match:
                counts[name] = (int(match[1]), int(match[2]))
                done, total = (sum(numbers) for numbers in zip(*counts.values(), strict=True))
                phase.detail = f"compiling {done}/{total}"

        return count

    started: dict[str, Future[None]] = {}

    def build_one(name: str) -> None:
        for other in BEFORE_NAV2 if name == NAV2 else ():
            if other in started:
                started[other].result()
        folder, prefix = work / name / "build", work / name / "installed"
        steps.run(
            f"configuring {name}",
            *(cmake, "-G", "Ninja", "-S", layout.interfaces / name, "-B", folder),
            *("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF", f"-DPYTHON_INSTALL_DIR={site_packages}", *include),
            *(f"-DCMAKE_INSTALL_PREFIX={prefix}", f"-DPython3_EXECUTABLE={layout.python}"),
            *options.get(name, ()),
        )
        steps.run(f"compiling {name}", cmake, "--build", folder, on_line=counter(name))
        steps.run(f"installing {name}", cmake, "--install", folder)
        keep(prefix, targets[name])

    _remove(work)
    phase.detail = "configuring"
    with ThreadPoolExecutor(len(targets)) as pool:
        try:
            for name in sorted(targets, key=lambda name: name == NAV2):  # it waits for those that are started before
                started[name] = pool.submit(build_one, name)
            for each in started.values():
                each.result()
        except BaseException:
            steps.stop()  # the pool waits for its threads, and they for their programs
            raise
    _remove(work)


def keep(built: Path, target: Path) -> None:
    """Put a copy of ``built`` at ``target``, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copytree(built, temporary, symlinks=True)
    try:
        temporary.rename(target)
    except OSError:
        _remove(temporary)
        if not target.is_dir():  # otherwise another checkout has just kept the same
            raise


def forget(cache: Path) -> None:
    """Remove all builds but those used last."""
    builds = sorted(cache.glob("[!.]*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in builds[_KEPT_BUILDS:]:
        _remove(path)


def _replace(builds: Sequence[Path], prefix: Path) -> None:
    """Copy ``builds`` into ``prefix`` in place of what was copied there before."""
    manifest = prefix / _MANIFEST
    if manifest.exists():
        for name in manifest.read_text(encoding="utf-8").splitlines():
            (prefix / name).unlink(missing_ok=True)
    names = [str(path.relative_to(built)) for built in builds for path in built.rglob("*") if not path.is_dir()]
    manifest.write_text("\n".join(sorted(names)), encoding="utf-8")
    for built in builds:
        shutil.copytree(built, prefix, symlinks=True, dirs_exist_ok=True)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
