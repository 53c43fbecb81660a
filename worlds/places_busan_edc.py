"""The places of the Busan Eco Delta City district: where each stands, what it holds and where its access begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import GROUND_LEVEL
from worlds.street_plan import Point

WALKERS = ("care", "logistics")
PERSON_MPS = 0.3  # within 2 m of a person
INDOOR_MPS = 0.8

# Yaw of a robot at the end of a way to the north, west and south; to the east it is 0.
NORTH, WEST, SOUTH, EAST = math.pi / 2, math.pi, -math.pi / 2, 0.0

HOME_DOORS_M = (11.0, 17.0, 23.0, 29.0, 35.0, 40.3)  # the last on the lobby's lane line
APT_DOORS_M = (57.7, 63.0, 69.0, 75.0, 81.0, 87.0)  # the first on the lobby's lane line
KITCHEN_HATCHES_M = (21.2, 23.0, 24.8)
HUB_STATIONS_M = (72.0, 77.0, 82.0, 87.0, 92.0, 97.0)
DECK_COLUMNS_M = tuple(round(9.3 + 2.6 * column, 2) for column in range(16))
BAY_COLUMNS = (6, 7, 8, 9)  # the deck's middle: bays on the street side, chargers opposite
UPPER_DOORS_M = (11.0, 17.0, 23.0)  # of the care home's upper floor
UPPER = "upper"
DOOR_POLICIES = ("open", "resident", "remote_unlock", "staff")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place and the point of a lane that its access begins at."""

    id: str
    kind: str
    pose: Pose
    root: Point
    ko: str
    en: str
    kinds: tuple[str, ...] = WALKERS
    groups: tuple[str, ...] = ()
    door: str = ""
    item_m: tuple[float, float] = (0.0, 0.0)
    max_kg: float = 0.0
    holds: int = 0
    level: str = GROUND_LEVEL

    @property
    def speed_mps(self) -> float:
        """Speed limit of the access."""
        if self.kind == "room":
            return PERSON_MPS
        return 0.0 if self.kinds == ("parking",) else INDOOR_MPS


def spots() -> list[Spot]:
    """Return all places in the order of the file."""
    return [*_rooms(), *_kitchen_and_lobbies(), *_outdoors(), *_hub(), *_deck(), *_upper()]


def _rooms() -> list[Spot]:
    home = [(f"r{201 + number}", x_m, True) for number, x_m in enumerate(HOME_DOORS_M)]
    home += [(f"r{207 + number}", x_m, False) for number, x_m in enumerate((11.0, 17.0, 29.0, 35.0))]
    flats = [(f"f{301 + number}", x_m, True) for number, x_m in enumerate(APT_DOORS_M)]
    flats += [(f"f{307 + number}", x_m, False) for number, x_m in enumerate(APT_DOORS_M[1:])]
    found = []
    for rooms, prefix, group, ko, en in (
        (home, "care_home", "care_rooms", "물빛 요양원 {}호", "Mulbit Care Home, room {}"),
        (flats, "senior_apt", "flats", "에코 시니어 주택 {}호", "Eco Senior Apartments, flat {}"),
    ):
        for number, (name, x_m, north) in enumerate(rooms):
            pose, root_y_m = (Pose(x_m, 68.0, NORTH), 65.7) if north else (Pose(x_m, 62.0, SOUTH), 64.3)
            spot = Spot(
                id=f"{prefix}/{name}",
                kind="room",
                pose=pose,
                root=(x_m, root_y_m),
                ko=ko.format(name[1:]),
                en=en.format(name[1:]),
                groups=(group,),
                door=DOOR_POLICIES[number % len(DOOR_POLICIES)],
                item_m=(0.8, 0.6),
                max_kg=30.0,
                holds=4,
            )
            found.append(spot)
    return found


def _kitchen_and_lobbies() -> list[Spot]:
    found = [
        Spot(
            id=f"care_home/kitchen_{number}",
            kind="kitchen",
            pose=Pose(x_m, 62.0, SOUTH),
            root=(x_m, 64.3),
            ko=f"물빛 요양원 주방 배식구 {number}",
            en=f"Mulbit Care Home, kitchen hatch {number}",
            groups=("kitchen",),
            item_m=(0.8, 0.6),
            max_kg=30.0,
            holds=20,
        )
        for number, x_m in enumerate(KITCHEN_HATCHES_M, start=1)
    ]
    for prefix, ko, en, charger_x_m, lane_x_m, yaw_rad in (
        ("care_home", "물빛 요양원", "Mulbit Care Home", 38.9, 40.3, WEST),
        ("senior_apt", "에코 시니어 주택", "Eco Senior Apartments", 59.1, 57.7, EAST),
    ):
        for number, y_m in enumerate((60.7, 59.3), start=1):
            found.append(
                Spot(
                    id=f"{prefix}/charger_{number}",
                    kind="charger",
                    pose=Pose(charger_x_m, y_m, yaw_rad),
                    root=(lane_x_m, y_m),
                    ko=f"{ko} 돌봄 충전소 {number}",
                    en=f"{en}, care charger {number}",
                    kinds=("care",),
                    groups=("care_chargers",),
                )
            )
        found.append(
            Spot(
                id=f"{prefix}/staff",
                kind="gate",
                pose=Pose(lane_x_m, 57.7, SOUTH),
                root=(lane_x_m, 59.3),
                ko=f"{ko} 직원 데스크",
                en=f"{en}, staff desk",
                groups=("staff",),
                item_m=(0.8, 0.6),
                max_kg=30.0,
                holds=20,
            )
        )
        inner_x_m = round(2 * (41.0 if prefix == "care_home" else 57.0) - lane_x_m, 2)
        found.append(
            Spot(
                id=f"{prefix}/lobby",
                kind="waiting",
                pose=Pose(inner_x_m, 57.7, SOUTH),
                root=(inner_x_m, 59.3),
                ko=f"{ko} 로비 대기 자리",
                en=f"{en}, waiting place in the lobby",
                groups=("lobbies",),
            )
        )
    return found


def _outdoors() -> list[Spot]:
    found = [
        Spot(
            id=f"courtyard/locker_{name}",
            kind="locker",
            pose=Pose(x_m, y_m, yaw_rad),
            root=(lane_x_m, y_m),
            ko=f"중정 {ko} 택배함",
            en=f"Courtyard, {name} parcel locker",
            groups=("lockers",),
            item_m=(0.6, 0.5),
            max_kg=30.0,
            holds=24,
        )
        for name, ko, x_m, y_m, lane_x_m, yaw_rad in (
            ("west", "서쪽", 46.0, 55.0, 48.3, WEST),
            ("east", "동쪽", 52.0, 55.5, 49.7, EAST),
        )
    ]
    found.append(
        Spot(
            "courtyard/wait_1",
            "waiting",
            Pose(46.0, 51.5, WEST),
            (48.3, 51.5),
            "중정 대기 자리",
            "Courtyard, waiting place",
        )
    )
    for name, pose, root, ko, en in (
        ("west_gate", Pose(14.0, 51.0, NORTH), (14.0, 49.0), "서문 점검 지점", "West gate checkpoint"),
        ("bays", Pose(29.0, 45.0, SOUTH), (29.0, 47.0), "주차 베이 점검 지점", "Parking bays checkpoint"),
        ("courtyard", Pose(52.0, 52.0, EAST), (49.7, 52.0), "중정 점검 지점", "Courtyard checkpoint"),
        ("hub_yard", Pose(59.0, 26.0, WEST), (61.0, 26.0), "물류 허브 마당 점검 지점", "Hub yard checkpoint"),
        ("loading", Pose(107.2, 33.0, EAST), (105.0, 33.0), "하역장 점검 지점", "Loading yard checkpoint"),
        ("east_gate", Pose(110.0, 51.0, NORTH), (110.0, 49.0), "동문 점검 지점", "East gate checkpoint"),
    ):
        found.append(Spot(f"checkpoint/{name}", "checkpoint", pose, root, ko, en, groups=("checkpoints",)))
    return found


def _hub() -> list[Spot]:
    found = [
        Spot(
            id=f"hub/shelf_{number}",
            kind="shelf",
            pose=Pose(x_m, 23.0, NORTH),
            root=(x_m, 20.7),
            ko=f"물류 허브 선반 {number}",
            en=f"Logistics hub, shelf {number}",
            groups=("hub_shelves",),
            item_m=(0.8, 0.6),
            max_kg=30.0,
            holds=60,
        )
        for number, x_m in enumerate(HUB_STATIONS_M, start=1)
    ]
    found += [
        Spot(
            id=f"hub/charger_{number}",
            kind="charger",
            pose=Pose(x_m, 17.0, SOUTH),
            root=(x_m, 19.3),
            ko=f"물류 허브 충전소 {number}",
            en=f"Logistics hub, charger {number}",
            kinds=("logistics",),
            groups=("hub_chargers",),
        )
        for number, x_m in enumerate(HUB_STATIONS_M[:-1], start=1)
    ]
    found += [
        Spot(
            "hub/wait_1",
            "waiting",
            Pose(97.0, 17.0, SOUTH),
            (97.0, 19.3),
            "물류 허브 대기 자리",
            "Logistics hub, waiting place",
        ),
        Spot(
            id="hub/loading_bay",
            kind="gate",
            pose=Pose(106.7, 19.3, EAST),
            root=(105.0, 19.3),
            ko="물류 허브 하역장",
            en="Logistics hub, loading bay",
            groups=("loading_bays",),
            item_m=(0.8, 0.6),
            max_kg=30.0,
            holds=60,
        ),
    ]
    return found


def _deck() -> list[Spot]:
    """Return slots (north row first), bays and chargers; everything on the deck holds the yaw of the cars."""
    found = []
    slots = [
        (x_m, row) for row in (29.25, 12.75) for column, x_m in enumerate(DECK_COLUMNS_M) if column not in BAY_COLUMNS
    ]
    rows = [
        (f"s{number:02d}", "slot", "deck_slots", *at, f"{number}번 주차면", f"slot {number}")
        for number, at in enumerate(slots, 1)
    ]
    for column, (name, kind, group, ko, en) in zip(
        BAY_COLUMNS,
        (
            ("in_1", "bay_in", "entry_bays", "입고 베이 1", "entry bay 1"),
            ("in_2", "bay_in", "entry_bays", "입고 베이 2", "entry bay 2"),
            ("out_1", "bay_out", "exit_bays", "출고 베이 1", "exit bay 1"),
            ("out_2", "bay_out", "exit_bays", "출고 베이 2", "exit bay 2"),
        ),
        strict=True,
    ):
        rows.append((name, kind, group, DECK_COLUMNS_M[column], 29.25, ko, en))
    for number, column in enumerate(BAY_COLUMNS[:3], start=1):
        rows.append(
            (
                f"charger_{number}",
                "charger",
                "deck_chargers",
                DECK_COLUMNS_M[column],
                12.75,
                f"충전소 {number}",
                f"charger {number}",
            )
        )
    rows.append(
        ("wait_1", "waiting", "deck_waiting", DECK_COLUMNS_M[BAY_COLUMNS[3]], 12.75, "대기 자리", "waiting place")
    )
    for name, kind, group, x_m, y_m, ko, en in rows:
        holds_car = kind in ("slot", "bay_in", "bay_out")
        found.append(
            Spot(
                id=f"deck/{name}",
                kind=kind,
                pose=Pose(x_m, y_m, NORTH),
                root=(x_m, 23.75 if y_m > 21.0 else 18.25),
                ko=f"델타 주차 데크 {ko}",
                en=f"Delta Parking Deck, {en}",
                kinds=("parking",),
                groups=(group,),
                item_m=(5.0, 2.0) if holds_car else (0.0, 0.0),
                max_kg=2500.0 if holds_car else 0.0,
                holds=1 if holds_car else 0,
            )
        )
    return found


def _upper() -> list[Spot]:
    """Return the rooms of the care home's upper floor, and where robots wait there."""
    rooms = [(f"r{301 + number}", x_m, True) for number, x_m in enumerate(UPPER_DOORS_M)]
    rooms += [(f"r{304 + number}", x_m, False) for number, x_m in enumerate(UPPER_DOORS_M[:2])]
    found = []
    for number, (name, x_m, north) in enumerate(rooms):
        pose, root_y_m = (Pose(x_m, 68.0, NORTH, UPPER), 65.7) if north else (Pose(x_m, 62.0, SOUTH, UPPER), 64.3)
        found.append(
            Spot(
                id=f"care_home/{name}",
                kind="room",
                pose=pose,
                root=(x_m, root_y_m),
                ko=f"물빛 요양원 {name[1:]}호",
                en=f"Mulbit Care Home, room {name[1:]}",
                groups=("care_rooms_upper",),
                door=DOOR_POLICIES[number % len(DOOR_POLICIES)],
                item_m=(0.8, 0.6),
                max_kg=30.0,
                holds=4,
                level=UPPER,
            )
        )
    found.append(
        Spot(
            id="care_home/upper_hall",
            kind="waiting",
            pose=Pose(23.0, 62.0, SOUTH, UPPER),
            root=(23.0, 64.3),
            ko="물빛 요양원 위층 대기 자리",
            en="Mulbit Care Home, waiting place on the upper floor",
            groups=("upper_waiting",),
            level=UPPER,
        )
    )
    return found
