"""From a task request of Open-RMF to a service of the site, by the site's `open_rmf.yaml`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from robot_fleet.core.errors import RequestError
from robot_fleet.core.priority import CLASSES
from robot_fleet.core.site import Service, Site
from robot_fleet.server.open_rmf.models import DeliveryDescription, PatrolDescription, Place, TaskRequest, Transfer
from robot_fleet.server.open_rmf.times import Times
from robot_fleet.site.models.open_rmf import DeliveryModel, OpenRmfFile, PatrolModel

_HIGH = next(each.least for each in CLASSES if each.name == "high")
_Description = TypeVar("_Description", bound=BaseModel)


def wish_of(
    request: TaskRequest, task: str, site: Site, names: OpenRmfFile, times: Times, items: Collection[str]
) -> tuple[str, dict[str, Any]]:
    """Return the service that does what is asked for, and its parameters.

    Parameters
    ----------
    task : the id that the task will have.
    items : ids of the items that there are: a `sku` that is none of them becomes an item of the task's own.

    Raises
    ------
    RequestError : `request_rmf_category`, `request_rmf_malformed`, `request_rmf_infeasible`.
    """
    if names.fleet != (request.fleet_name or names.fleet):
        raise _infeasible(f"this is the fleet {names.fleet}", request.fleet_name or "")
    if request.category == "patrol" and names.patrol is not None:
        service, params = _patrol(_described(PatrolDescription, request), names.patrol, site)
    elif request.category == "delivery" and names.delivery:
        service, params = _delivery(_described(DeliveryDescription, request), names.delivery, site, task, items)
    else:
        known = [name for name, rule in (("patrol", names.patrol), ("delivery", names.delivery)) if rule]
        message = f"fleet {names.fleet} does not do tasks of the category {request.category!r}; it does {known}"
        raise RequestError("request_rmf_category", message, "category")
    at_s = (
        None
        if request.unix_millis_earliest_start_time is None
        else times.fleet_s(request.unix_millis_earliest_start_time)
    )
    if at_s is not None and at_s > times.now_s:
        params["earliest_at"] = at_s
    if request.priority is not None:
        if request.priority.type != "binary":
            message = f"expected a priority of the type binary, got {request.priority.type!r}"
            raise RequestError("request_rmf_category", message, "priority.type")
        if request.priority.value > 0:
            params["priority"] = max(_HIGH, site.services[service].priority)
    return service, params


def _patrol(asked: PatrolDescription, rule: PatrolModel, site: Site) -> tuple[str, dict[str, Any]]:
    places = tuple(_place(place) for place in asked.places)
    route = next((name for name, known in site.routes.items() if places in (known, (name,))), None)
    if route is None:
        raise _infeasible(
            f"expected the places of a route in its order, or its name: {', '.join(site.routes)}", "places"
        )
    if asked.rounds != 1:
        raise _infeasible("expected one round; ask again for each further one", "rounds")
    return rule.service, {rule.route: route}


def _delivery(
    asked: DeliveryDescription, rules: list[DeliveryModel], site: Site, task: str, items: Collection[str]
) -> tuple[str, dict[str, Any]]:
    start, end = _place(asked.pickup.place), _place(asked.dropoff.place)
    sku = _sku(asked.pickup)
    if _sku(asked.dropoff) != sku:
        raise _infeasible("expected the payload of the pickup to be dropped off", "dropoff.payload")
    for rule in rules:
        service = site.services[rule.service]
        if _takes(site, service, rule.pickup, start) and _takes(site, service, rule.dropoff, end):
            item = sku if sku in items else f"{sku[:24]}.{task}"[:64]
            return service.id, {**rule.params, rule.pickup: start, rule.dropoff: end, rule.sku: item}
    raise _infeasible(f"no service delivers from {start!r} to {end!r}", "pickup.place")


def _takes(site: Site, service: Service, param: str, place: str) -> bool:
    kinds = next(spec.place_kinds for spec in service.params if spec.name == param)
    return place in site.places and (not kinds or site.places[place].kind in kinds)


def _sku(transfer: Transfer) -> str:
    """Return what is carried: one item, since an item is one thing that somebody holds."""
    payloads = transfer.payload if isinstance(transfer.payload, list) else [transfer.payload]
    if len(payloads) != 1 or payloads[0].quantity != 1:
        raise _infeasible("expected a payload of one thing; ask for each thing by itself", "payload")
    return payloads[0].sku


def _place(place: Place) -> str:
    name: object = place if isinstance(place, str | int) else place.waypoint
    if not isinstance(name, str):
        raise RequestError("request_rmf_malformed", f"expected a place by its name, got {name}", "place")
    return name


def _described(model: type[_Description], request: TaskRequest) -> _Description:
    try:
        return model.model_validate(request.description)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"the description is none of the category {request.category}: {first['msg']}"
        raise RequestError("request_rmf_malformed", message, where) from None


def _infeasible(message: str, where: str) -> RequestError:
    return RequestError("request_rmf_infeasible", message, where)


def described_as(service: str, params: Mapping[str, Any], site: Site, names: OpenRmfFile) -> tuple[str, dict[str, Any]]:
    """Return a task's category and description in Open-RMF's words; what it has no words for is in ours."""
    if names.patrol is not None and service == names.patrol.service:
        return "patrol", {"places": list(site.routes.get(params.get(names.patrol.route, ""), ())), "rounds": 1}
    for rule in names.delivery:
        if rule.service == service:
            payload = [{"sku": params.get(rule.sku, ""), "quantity": 1}]
            ends = {"pickup": rule.pickup, "dropoff": rule.dropoff}
            return "delivery", {end: {"place": params.get(name, ""), "payload": payload} for end, name in ends.items()}
    return service, dict(params)
