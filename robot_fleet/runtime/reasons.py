"""Why a task is where it is, and what it would cost elsewhere, as the API and the command line tell it."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import Any

from robot_fleet.core.errors import RequestError
from robot_fleet.core.explanation import Why
from robot_fleet.core.price import Price
from robot_fleet.core.site import Site
from robot_fleet.scheduling.explaining.words import LANGUAGES, why_sentences


def why_told(site: Site, why: Why, language: str) -> dict[str, Any]:
    """Return what a running fleet says of a task as a JSON object: the fields of `Why`, and `sentences`.

    Raises
    ------
    RequestError : `request_unknown_language`.
    """
    if language not in LANGUAGES:
        message = f"expected {' or '.join(LANGUAGES)}, got {language!r}"
        raise RequestError("request_unknown_language", message, "language")
    texts = {name: place.name for name, place in site.places.items()}
    texts |= {name: service.name for name, service in site.services.items()}
    texts |= {name: equipment.name for name, equipment in site.equipment.items()}
    names = {name: text.said(language) for name, text in texts.items()}
    names |= {name: f"{names[name]} ({name})" for name in site.equipment}
    told = asdict(why)
    told["absent"] = dict(why.absent)
    return {
        "schema_version": 1,
        "language": language,
        **_finite(told),
        "sentences": why_sentences(why, language, names),
    }


def price_told(price: Price) -> dict[str, Any]:
    """Return what a wish would cost as a JSON object: the fields of `Price`, and by how much the plan would cost more.

    `more_s` is None where the task would be in no plan.
    """
    told: dict[str, Any] = _finite(asdict(price))
    told["later"] = [{"task": task, "by_s": by_s} for task, by_s in price.later]
    more_s = None if price.reason else round(price.then_cost - price.now_cost, 1)
    return {"schema_version": 1, **told, "more_s": more_s}


def _finite(value: Any) -> Any:
    """Return the same with None for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value
