"""What a scenario may expect, as it stands in its file. How each is judged stands in `judges`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.runtime.scenarios.model import Id, Name, Part, Pct, Seconds, SomeSeconds


class ExpectationBase(Part):
    """Common to all expectations; `id` tells two of the same kind apart in the verdict."""

    id: Name | Literal[""] = ""

    @property
    def word(self) -> str:
        """The expectation's kind."""
        return str(getattr(self, "expect", ""))


class AllServed(ExpectationBase):
    """Every request is carried out, but those in `but`, of which nothing is expected here."""

    expect: Literal["all_served"]
    but: tuple[Id, ...] = ()


class Served(ExpectationBase):
    """These requests are carried out."""

    expect: Literal["served"]
    requests: Annotated[tuple[Id, ...], Field(min_length=1)]


class EndsWith(ExpectationBase):
    """A request ends so, and for this reason where one is given."""

    expect: Literal["ends_with"]
    request: Id
    outcome: Literal["done", "failed", "cancelled", "rejected"]
    reason: str = ""


class NobodyForgotten(ExpectationBase):
    """Every request has come to an end, or a person is asked about it by an alarm."""

    expect: Literal["nobody_forgotten"]


class AlarmOnSite(ExpectationBase):
    """At every call for help (of `requests`, if given) a robot stands at the place within a time of the call."""

    expect: Literal["alarm_on_site"]
    within_s: SomeSeconds = 180.0
    requests: tuple[Id, ...] = ()


class NoContact(ExpectationBase):
    """No robot touches another one, a person or a thing that stands about."""

    expect: Literal["no_contact"]


class ApartBy(ExpectationBase):
    """Two robots never come nearer to each other than this, while one of them drives."""

    expect: Literal["apart_by"]
    at_least_m: Annotated[float, Field(gt=0.0, le=10.0)]


class Recovery(ExpectationBase):
    """After the end of each fault (of `faults`, if given) the robots that stood for it move or work again in time."""

    expect: Literal["recovery"]
    within_s: SomeSeconds = 30.0
    faults: tuple[Name, ...] = ()


class Stops(ExpectationBase):
    """After a fault has begun its robot comes to a halt in time, and stands until the fault is over."""

    expect: Literal["stops"]
    fault: Name
    within_s: SomeSeconds = 5.0


class LegalSpeeds(ExpectationBase):
    """No robot is faster than its kind may be, with and without a load, or than its zone and lane allow."""

    expect: Literal["legal_speeds"]


class Items(ExpectationBase):
    """Things end where they belong: a place, `robot:<id>`, or `person`."""

    expect: Literal["items"]
    where: Annotated[dict[Id, Id], Field(min_length=1)]


class CustodyKept(ExpectationBase):
    """Each thing is with exactly one holder at any time, and no act happens twice."""

    expect: Literal["custody_kept"]


class NoPlanViolation(ExpectationBase):
    """The checker has never found a broken rule in a plan."""

    expect: Literal["no_plan_violation"]


class ChargeAbove(ExpectationBase):
    """No battery (of `robots`, if given) falls below a state of charge."""

    expect: Literal["charge_above"]
    pct: Pct
    robots: tuple[Id, ...] = ()


class Charged(ExpectationBase):
    """A robot has at least this much in its battery in the end."""

    expect: Literal["charged"]
    robot: Id
    pct: Pct


class LateBy(ExpectationBase):
    """No request that was carried out (of `requests`, if given) was later than this."""

    expect: Literal["late_by"]
    at_most_s: Seconds
    requests: tuple[Id, ...] = ()


class Rings(ExpectationBase):
    """People are told: an alarm of this code is raised, within a time of a fault's beginning if one is named."""

    expect: Literal["rings"]
    code: Id
    fault: Name | Literal[""] = ""
    within_s: SomeSeconds = 60.0


class KeepsOut(ExpectationBase):
    """While a fault lasts no robot comes into a zone that was not in it when the fault began."""

    expect: Literal["keeps_out"]
    zone: Id
    fault: Name


class TakenOver(ExpectationBase):
    """A request that a robot had when a fault struck it is carried out by another robot."""

    expect: Literal["taken_over"]
    request: Id
    fault: Name


class DistancesAgree(ExpectationBase):
    """What the fleet believes that its robots have driven agrees with the truth."""

    expect: Literal["distances_agree"]
    within_pct: Annotated[float, Field(gt=0.0, le=100.0)] = 5.0


class FaultsStruck(ExpectationBase):
    """Every fault has come about. Holds in every scenario, whether it says so or not."""

    expect: Literal["faults_struck"]


Expectation = Annotated[
    AllServed
    | Served
    | EndsWith
    | NobodyForgotten
    | AlarmOnSite
    | NoContact
    | ApartBy
    | Recovery
    | Stops
    | LegalSpeeds
    | Items
    | CustodyKept
    | NoPlanViolation
    | ChargeAbove
    | Charged
    | LateBy
    | Rings
    | KeepsOut
    | TakenOver
    | DistancesAgree
    | FaultsStruck,
    Field(discriminator="expect"),
]
