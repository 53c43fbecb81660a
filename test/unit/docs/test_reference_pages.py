"""The reference pages name every verb, option, key, address and topic that there is, and their examples are valid."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer
import yaml
from pydantic import BaseModel

from robot_fleet.cli.app import build
from robot_fleet.reports.folds.past import Ground
from robot_fleet.reports.periodic.registry import SOURCES, figures
from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.scheduling import file_models
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.files import plan_from_json, problem_from_json
from robot_fleet.server.app import create_app
from robot_fleet.server.open_rmf.routes import OpenRmf
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site
from robot_fleet.site.models import (
    base,
    calendar,
    costs,
    demand_pattern,
    health,
    lanes,
    open_rmf,
    pages,
    reports,
    retention,
    robots,
    services,
    webhooks,
)
from robot_fleet.site.reading.open_rmf import read_open_rmf
from test.fakes.house import Unknown
from test.fakes.moving_fleet import MovingFleet
from test.unit.docs.texts import ROOT, fenced, page, section

TINY = ROOT / "test" / "data" / "sites" / "tiny"
PLAN_MODELS = [
    kind
    for kind in vars(file_models).values()
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__ == file_models.__name__
]
OF_THE_ENTRY_SCRIPT = ("setup", "test", "clean", "python")
SITE_MODELS = {
    "docs/reference/site_files.md": (
        base.SiteFile,
        base.PlaceModel,
        base.ItemModel,
        base.ZoneModel,
        calendar.CalendarFile,
        calendar.HolidaysModel,
        calendar.ClosedModel,
        costs.CostsFile,
        costs.KindCostModel,
        costs.EnergyCostModel,
        costs.TariffBandModel,
        costs.OperatorCostModel,
        costs.SavedModel,
        costs.BudgetModel,
        open_rmf.OpenRmfFile,
        open_rmf.PatrolModel,
        open_rmf.DeliveryModel,
        pages.PagesFile,
        pages.OfferModel,
        pages.ChoiceModel,
        reports.ReportsFile,
        reports.ReportScheduleModel,
        reports.ReportReceiverModel,
        retention.RetentionFile,
        retention.DaysModel,
        lanes.VertexProperties,
        lanes.LaneProperties,
        lanes.LaneMetadata,
        robots.RobotKindModel,
        robots.RobotModel,
        demand_pattern.ServicePattern,
        demand_pattern.Store,
        demand_pattern.PlaceDraw,
        demand_pattern.NumberDraw,
        demand_pattern.StoreInDraw,
        demand_pattern.TimeDraw,
    ),
    "docs/reference/health.md": (
        health.HealthFile,
        health.RuleModel,
        health.AlarmModel,
    ),
    "docs/reference/webhooks.md": (webhooks.EndpointModel, webhooks.WebhooksFile),
    "docs/reference/services_yaml.md": (
        services.ServiceFile,
        services.ParamModel,
        services.StopModel,
        services.ActModel,
        services.DueModel,
    ),
}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each verb of the product with its options."""

    def below(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
        inner = getattr(command, "commands", {})
        if path and (not inner or command.invoke_without_command):  # type: ignore[attr-defined]
            options = [name for param in command.params for name in param.opts if name.startswith("--")]  # type: ignore[attr-defined]
            yield " ".join(path), options
        for name, each in inner.items():
            yield from below(each, (*path, name))

    yield from below(typer.main.get_command(build([])), ())


def test_each_verb_and_option_is_told() -> None:
    text = page("docs/reference/cli.md")
    missing = []
    for verb, options in commands():
        told = section(text, f"./fleet {verb}")
        missing += [f"./fleet {verb}"] if not told else []
        missing += [f"./fleet {verb} {option}" for option in options if f"`{option}" not in told]
    assert missing == [], "say in docs/reference/cli.md what these do, under the heading of their verb"


@pytest.mark.parametrize("verb", OF_THE_ENTRY_SCRIPT)
def test_what_the_entry_script_does_itself_is_told(verb: str) -> None:
    assert section(page("docs/reference/cli.md"), f"./fleet {verb}")


def test_no_verb_is_told_that_is_gone() -> None:
    told = [
        line.removeprefix("## ./fleet ") for line in page("docs/reference/cli.md").splitlines() if line[:4] == "## ."
    ]
    known = {*(verb for verb, _ in commands()), *OF_THE_ENTRY_SCRIPT}
    assert [verb for verb in told if verb not in known] == []


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in SITE_MODELS.items() for kind in kinds])
def test_each_key_of_the_site_files_is_told(name: str, kind: type[BaseModel]) -> None:
    text = page(name)
    keys = [key for key in kind.model_fields if key not in ("schema_version", "draw")]
    told = set(re.findall(r"[a-z_0-9]+(?=[`,}:])", text))
    assert [key for key in keys if key not in told] == []


@pytest.mark.parametrize("kind", PLAN_MODELS)
def test_each_key_of_the_plan_files_is_told(kind: type[BaseModel]) -> None:
    told = set(re.findall(r"`([a-z_]+)`", page("docs/reference/plan_files.md")))
    assert [key for key in kind.model_fields if key not in told and key != "schema_version"] == []


def test_the_plan_of_the_plan_files_page_is_right() -> None:
    posed, planned = fenced(page("docs/reference/plan_files.md"), "json")
    problem, plan = problem_from_json(posed), plan_from_json(planned)
    assert PlanChecker().check(problem, plan) == ()
    later = replace(problem, now_s=problem.now_s + 60.0)
    assert PlanChecker().check(later, plan) != ()


def test_the_examples_of_the_services_page_are_the_first_sites() -> None:
    example, wait, alone = (yaml.safe_load(each) for each in fenced(page("docs/reference/services_yaml.md"), "yaml"))
    folder = ROOT / "config" / "sites" / "busan_edc" / "services"
    parcels, meals, fetches = (
        yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("parcel_delivery", "meal_delivery", "fetch_car")
    )
    assert example == parcels
    assert wait == [act for stop in meals["stops"] for act in stop["acts"] if act["id"] == "staff"]
    assert alone == [act for stop in fetches["stops"] for act in stop["acts"] if act["id"] == "collect"]


def test_the_service_of_the_how_to_is_valid_in_a_site(tmp_path: Path) -> None:
    (example,) = fenced(page("docs/howto/add_a_service.md"), "yaml")
    folder = tmp_path / "site"
    shutil.copytree(TINY, folder)
    (folder / "services" / "luggage_carry.yaml").write_text(example, encoding="utf-8")
    assert check_site(folder) == []


def test_each_address_of_the_api_is_told() -> None:
    text = page("docs/reference/api.md")
    text = text.replace(section(text, "By address"), "")  # who may is not what it does
    desk, site = ReportDesk(Ground("tiny"), Path("none"), None), load_site(TINY)
    names = read_open_rmf(ROOT / "test" / "data" / "open_rmf", site.services)
    assert names is not None
    rmf, unknown = OpenRmf(site, names), Unknown()
    app = create_app(MovingFleet(site), reports=desk, open_rmf=rmf, sent_reports=unknown, what_ifs=unknown)
    described = app.openapi()["paths"]
    addresses = [f"{method.upper()} {path}" for path, methods in described.items() for method in methods]
    assert [address for address in addresses if f"`{address}`" not in text] == []


def test_each_figure_of_the_report_is_told_as_the_registry_has_it() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", page("docs/reference/report.md"), re.M)
    known = [(each.id, each.name.en, each.unit, each.formula.en, ", ".join(each.source)) for each in figures().values()]
    assert told == known, (
        "docs/reference/report.md: the table of figures is that of robot_fleet/reports/periodic/figures.yaml"
    )
    assert set(SOURCES) == {name for each in figures().values() for name in each.source}


def test_each_topic_and_interface_is_told() -> None:
    text = page("docs/reference/ros_interfaces.md")
    table = next(
        node.value
        for node in ast.parse(page("robot_fleet/ros/qos.py")).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "QOS"
    )
    assert isinstance(table, ast.Dict)
    names = [ast.literal_eval(key) for key in table.keys if key is not None]
    assert [name for name in names if f"`{name}`" not in text] == []
    own = (ROOT / "interfaces" / "robot_fleet_interfaces").glob("*/*.*")
    assert [path.stem for path in own if path.stem not in text] == []


def test_each_parameter_of_a_node_is_told_with_its_range() -> None:
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in page("docs/reference/ros_interfaces.md").splitlines()
        if line.startswith("|")
    ]
    told = {
        (name, float(default), float(least), float(most), what)
        for _, name, default, least, most, what in (row for row in rows if len(row) == 6 and "_hz" in row[1])
    }
    written = set()
    for source in sorted((ROOT / "robot_fleet").rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Setting":
                written.add(tuple(ast.literal_eval(argument) for argument in node.args))
    assert len(written) >= 5
    assert told == written


def test_python_examples_are_python() -> None:
    for path in (ROOT / "docs").rglob("*.md"):
        for example in fenced(path.read_text(encoding="utf-8"), "python"):
            compile(example, str(path), "exec")


def test_each_test_that_the_failures_page_names_exists() -> None:
    named = re.findall(r"`(test/[\w/]+\.py)::(\w+)`", page("docs/reference/failures.md"))
    assert len(named) > 25
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in page(file)]
    assert missing == []
