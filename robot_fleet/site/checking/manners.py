"""Whether what a service asks of people and counts about them names parameters, values and ends that there are."""

from __future__ import annotations

from collections.abc import Callable

from robot_fleet.core.site import ParamSpec, Service

Key = tuple[str | int, ...]
Report = Callable[[str, Key, str], None]


def check_manners(service: Service, report: Report) -> None:
    """Report what is wrong with a service's `streaks`, `consent`, `avoidance`, `risk` and `expiry`."""
    params = {param.name: param for param in service.params}
    for number, streak in enumerate(service.streaks):
        _check_param(params, ("streaks", number, "of"), streak.of, "place", report)
        known = {service.result, *(outcome.id for outcome in service.outcomes)}
        for outcome in streak.outcomes:
            if outcome not in known:
                report("site_flow_target", ("streaks", number, "outcomes"), f"{outcome!r} is no outcome of the service")
    if service.consent is not None:
        _check_param(params, ("consent", "of"), service.consent.of, "place", report)
    if service.avoidance is not None:
        _check_param(params, ("avoidance", "of"), service.avoidance.of, "place", report)
        _check_param(params, ("avoidance", "tags"), service.avoidance.tags, "text", report)
    if service.risk is not None:
        name, priorities = service.risk
        _check_param(params, ("risk", "param"), name, "text", report)
        choices = params[name].choices if name in params else ()
        for value in priorities:
            if choices and value not in choices:
                expected = f"expected one of {', '.join(choices)}, got {value!r}"
                report("site_bad_value", ("risk", "priority", value), expected)
    instants = {f"{stop.id}.{act.id}" for stop in service.stops for act in stop.acts}
    for number, stop in enumerate(service.stops):
        if stop.expiry is not None and stop.expiry.since != "earliest" and stop.expiry.since not in instants:
            key: Key = ("stops", number, "expiry", "since")
            report("site_unknown_act", key, f"expected `earliest` or STOP.ACT, got {stop.expiry.since!r}")


def _check_param(params: dict[str, ParamSpec], key: Key, name: str, kind: str, report: Report) -> None:
    if name not in params or params[name].type != kind:
        report("site_unknown_param", key, f"expected the name of a parameter of type {kind}, got {name!r}")
