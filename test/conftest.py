"""What holds for every test: state of its own, no slow-machine alarms from hypothesis, and no silent skips in CI."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from test.postgresql import PostgresqlServer

# CI has everything but these; whatever else is missing there is a mistake of the set-up.
ALLOWED_SKIPS = (
    "needs a full ROS desktop",
    "needs Gazebo",
    "needs nav2_simple_commander",
    "needs Nav2's full interfaces",
)

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
IN_CI = os.environ.get("CI") == "true"

settings.register_profile("robot_fleet", deadline=None, derandomize=IN_CI, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("robot_fleet")


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Keep ledgers and logs of tests, and of the processes they start, away from the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        state = tmp_path_factory.mktemp("state")
        patch.setenv("XDG_STATE_HOME", str(state))
        patch.setenv("ROS_LOG_DIR", str(state / "ros_log"))
        yield


@pytest.fixture(scope="session")
def postgresql() -> Generator[PostgresqlServer]:
    """Run a PostgreSQL server for whoever needs one."""
    from test.postgresql import PostgresqlServer

    with PostgresqlServer() as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skip in CI fail, unless it says that one of the allowed things is missing."""
    report = yield
    return _judged(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for modules that skip themselves as a whole."""
    report = yield
    return _judged(report)


def _judged(report: Report) -> Report:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not reason.startswith(ALLOWED_SKIPS):
            report.outcome = "failed"
            report.longrepr = f"skipped although CI has everything it needs: {reason}"
    return report
