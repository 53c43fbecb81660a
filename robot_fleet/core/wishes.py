"""What a request must be like before anything is done about it: its key, and its parameters as the site has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from robot_fleet.core.clock import parse_clock
from robot_fleet.core.errors import RequestError
from robot_fleet.core.site import ParamSpec, Service, Site

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LATEST_S = 100 * 365 * 86_400.0
"""No fleet lives as long: a later time is a mistake."""
EVERY_SERVICE = {
    "due_at": ParamSpec("due_at", "time", required=False),
    "earliest_at": ParamSpec("earliest_at", "time", required=False),
    "priority": ParamSpec("priority", "number", required=False, minimum=0, maximum=100),
}
_LARGEST = 1e15


def check_key(key: str) -> None:
    """Refuse what cannot be an idempotency key.

    Raises
    ------
    RequestError : `request_key_malformed`.
    """
    if not _KEY.fullmatch(key):
        raise RequestError("request_key_malformed", "a key is 1 to 64 letters, digits, '.', '_' or '-'", key)


def checked_params(site: Site, service: Service, given: Mapping[str, object]) -> dict[str, object]:
    """Return a request's parameters as the core keeps them.

    Raises
    ------
    RequestError : what is wrong with the first one that is not as the service and the site have it.
    """
    specs = {spec.name: spec for spec in service.params if not spec.hidden} | EVERY_SERVICE
    unknown = [name for name in given if name not in specs]
    if unknown:
        expected = ", ".join(spec.name for spec in service.params if not spec.hidden)
        raise RequestError(
            "request_unknown_param", f"{service.id} has no parameter {unknown[0]!r}; it takes {expected}", unknown[0]
        )
    params: dict[str, object] = {}
    for spec in specs.values():
        if given.get(spec.name) is None:
            if spec.required:
                raise RequestError("request_param_missing", f"{service.id} needs {spec.name} ({spec.type})", spec.name)
            continue
        params[spec.name] = _checked(site, spec, given[spec.name])
    return params


def clock_s(value: object) -> object:
    """Return a time of day written as `HH:MM:SS` in seconds, anything else as it is."""
    try:
        return parse_clock(value) if isinstance(value, str) else value
    except RequestError:
        return value


def _checked(site: Site, spec: ParamSpec, value: object) -> object:
    if spec.type == "number":
        value = _number(value)
        if value is None:
            raise RequestError("request_number_expected", "expected a finite number", spec.name)
        if spec.minimum is not None and value < spec.minimum:
            raise RequestError(
                "request_number_too_small", f"expected at least {spec.minimum:g}, got {value:g}", spec.name
            )
        if spec.maximum is not None and value > spec.maximum:
            raise RequestError(
                "request_number_too_large", f"expected at most {spec.maximum:g}, got {value:g}", spec.name
            )
        return value
    if spec.type == "time":
        at_s = _number(clock_s(value))
        if at_s is None or not 0.0 <= at_s < LATEST_S:
            raise RequestError(
                "request_time_malformed", f"expected a time as HH:MM:SS, got {str(value)[:40]!r}", spec.name
            )
        return at_s
    if not isinstance(value, str) or not value:
        raise RequestError("request_text_expected", f"expected a text, got {value!r}", spec.name)
    if spec.type == "place":
        place = site.places.get(value)
        if place is None:
            raise RequestError("request_unknown_place", f"no place {value!r} in {site.id}", spec.name)
        if spec.place_kinds and place.kind not in spec.place_kinds:
            raise RequestError(
                "request_wrong_place", f"{value} is a {place.kind}; expected {' or '.join(spec.place_kinds)}", spec.name
            )
    elif spec.type == "route" and value not in site.routes:
        raise RequestError("request_unknown_route", f"no route {value!r} in {site.id}", spec.name)
    elif spec.type == "item" and not _KEY.fullmatch(value):
        raise RequestError(
            "request_item_malformed", "an item's id is 1 to 64 letters, digits, '.', '_' or '-'", spec.name
        )
    elif spec.type == "text" and spec.choices and value not in spec.choices:
        raise RequestError("request_wrong_choice", f"expected one of {', '.join(spec.choices)}", spec.name)
    return value


def _number(value: object) -> float | None:
    """Return a finite number as a float, None for everything else (also whole numbers that no float holds)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        return None
    return float(value)
