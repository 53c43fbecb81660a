"""The places of the Khon Kaen demonstration site: where each stands, what it holds and where its access begins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from robot_fleet.core.geometry import Pose
from worlds.street_plan import Point

ALL = ("care", "courier", "porter")
PERSON_MPS = 0.3  # within 2 m of a person
ACCESS_MPS = 0.6

NORTH, WEST, SOUTH, EAST = math.pi / 2, math.pi, -math.pi / 2, 0.0

HOUSE_ROWS_M = (22.0, 29.0, 36.0, 43.0)
WARD_DOORS_M = (44.0, 51.0, 58.0, 65.0, 72.0)
STALLS_M = (40.0, 46.0, 52.0, 58.0)
PLATFORMS_M = (44.0, 52.0, 60.0, 72.0, 78.0)
COURIER_CHARGERS_M = (54.0, 56.5, 59.0, 61.5)
PORTER_CHARGERS_M = (69.5, 72.0, 74.5)
CARE_CHARGERS_M = (14.0, 16.5, 19.0)
DOOR_POLICIES = ("open", "resident", "remote_unlock", "staff")

_STALLS = (
    ("ข้าวเหนียว ไก่ย่าง", "sticky rice and grilled chicken"),
    ("ส้มตำ", "papaya salad"),
    ("ผักสด", "vegetables"),
    ("ผลไม้", "fruit"),
    ("ผ้าไหม", "silk"),
    ("ก๋วยเตี๋ยว", "noodles"),
    ("ขนมหวาน", "sweets"),
    ("ของใช้ในบ้าน", "household goods"),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place and the point of a lane that its access begins at."""

    id: str
    kind: str
    pose: Pose
    root: Point
    th: str
    en: str
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ALL
    door: str = ""
    holds: int = 0

    @property
    def speed_mps(self) -> float:
        """Speed limit of the access."""
        return PERSON_MPS if self.kind == "room" else ACCESS_MPS


def spots() -> list[Spot]:
    """Return all places in the order of the file."""
    return [*_village(), *_clinic(), *_market(), *_hub(), *_checkpoints()]


def _village() -> Iterator[Spot]:
    for number in range(8):
        y_m, east = HOUSE_ROWS_M[number % 4], number >= 4
        yield Spot(
            id=f"village/h{number + 1}",
            kind="room",
            pose=Pose(13.3, y_m, EAST) if east else Pose(6.7, y_m, WEST),
            root=(11.0 if east else 9.0, y_m),
            th=f"บ้านบึงแก่น หลังที่ {number + 1}",
            en=f"Ban Bueng Kaen, house {number + 1}",
            groups=("houses",),
            door=DOOR_POLICIES[number % len(DOOR_POLICIES)],
            holds=6,
        )
    for number, x_m in enumerate(CARE_CHARGERS_M, start=1):
        yield Spot(
            id=f"care_station/charger_{number}",
            kind="charger",
            pose=Pose(x_m, 55.3, NORTH),
            root=(x_m, 53.0),
            th=f"ศูนย์ดูแล แท่นชาร์จ {number}",
            en=f"Care station, charger {number}",
            kinds=("care",),
        )
    yield Spot(
        "care_station/desk",
        "gate",
        Pose(22.5, 55.3, NORTH),
        (22.5, 53.0),
        "ศูนย์ดูแล เคาน์เตอร์เจ้าหน้าที่",
        "Care station, staff desk",
        ("desks",),
        holds=20,
    )
    yield Spot(
        "care_station/wait_1",
        "waiting",
        Pose(25.5, 55.3, NORTH),
        (25.5, 53.0),
        "ศูนย์ดูแล จุดจอดรอ",
        "Care station, waiting place",
    )


def _clinic() -> Iterator[Spot]:
    for number, x_m in enumerate(WARD_DOORS_M, start=1):
        yield Spot(
            id=f"clinic/w{number}",
            kind="room",
            pose=Pose(x_m, 55.6, NORTH),
            root=(x_m, 53.0),
            th=f"คลินิกชุมชน ห้องพักฟื้น {number}",
            en=f"Community clinic, ward {number}",
            groups=("wards",),
            door="open",
            holds=6,
        )
    for number, x_m in enumerate((42.0, 45.0, 48.0), start=1):
        yield Spot(
            id=f"clinic/pharmacy_{number}",
            kind="shelf",
            pose=Pose(x_m, 48.4, SOUTH),
            root=(x_m, 51.0),
            th=f"ห้องยา ช่องจ่ายยา {number}",
            en=f"Pharmacy, counter {number}",
            groups=("pharmacy",),
            holds=60,
        )
    for number, x_m in enumerate(COURIER_CHARGERS_M, start=1):
        yield Spot(
            id=f"clinic/charger_{number}",
            kind="charger",
            pose=Pose(x_m, 48.4, SOUTH),
            root=(x_m, 51.0),
            th=f"ห้องหุ่นยนต์ แท่นชาร์จ {number}",
            en=f"Robot room, charger {number}",
            kinds=("courier",),
        )
    yield Spot(
        "clinic/nurses",
        "gate",
        Pose(72.0, 48.4, SOUTH),
        (72.0, 51.0),
        "คลินิกชุมชน เคาน์เตอร์พยาบาล",
        "Community clinic, nurses' desk",
        ("desks",),
        holds=20,
    )
    yield Spot(
        "clinic/wait_1",
        "waiting",
        Pose(75.0, 48.4, SOUTH),
        (75.0, 51.0),
        "คลินิกชุมชน จุดจอดรอ",
        "Community clinic, waiting place",
    )


def _market() -> Iterator[Spot]:
    for number, (th, en) in enumerate(_STALLS):
        x_m, north = STALLS_M[number % 4], number < 4
        yield Spot(
            id=f"market/s{number + 1}",
            kind="kitchen" if number in (0, 1, 5, 6) else "shelf",
            pose=Pose(x_m, 37.3, NORTH) if north else Pose(x_m, 30.7, SOUTH),
            root=(x_m, 35.0 if north else 33.0),
            th=f"ตลาดบึงแก่น ร้าน{th}",
            en=f"Bueng Kaen market, {en}",
            groups=("stalls",),
            holds=30,
        )


def _hub() -> Iterator[Spot]:
    for number, x_m in enumerate(PLATFORMS_M, start=1):
        yield Spot(
            id=f"hub/platform_{number}",
            kind="gate",
            pose=Pose(x_m, 12.7, SOUTH),
            root=(x_m, 15.0),
            th=f"สถานีขนส่ง ชานชาลา {number}",
            en=f"Bus hub, platform {number}",
            groups=("platforms",),
            holds=20,
        )
    for name, x_m, th, en in (
        ("taxi", 38.0, "จุดจอดแท็กซี่และสองแถว", "taxi and songthaew stand"),
        ("desk", 48.0, "ประชาสัมพันธ์", "information desk"),
    ):
        yield Spot(
            id=f"hub/{name}",
            kind="gate",
            pose=Pose(x_m, 19.3, NORTH),
            root=(x_m, 17.0),
            th=f"สถานีขนส่ง {th}",
            en=f"Bus hub, {en}",
            groups=("desks",) if name == "desk" else ("exits",),
            holds=20,
        )
    for number, x_m in enumerate((52.0, 55.0), start=1):
        yield Spot(
            id=f"hub/left_luggage_{number}",
            kind="locker",
            pose=Pose(x_m, 19.3, NORTH),
            root=(x_m, 17.0),
            th=f"สถานีขนส่ง ตู้ฝากกระเป๋า {number}",
            en=f"Bus hub, left luggage {number}",
            groups=("left_luggage",),
            holds=12,
        )
    for number, x_m in enumerate(PORTER_CHARGERS_M, start=1):
        yield Spot(
            id=f"hub/charger_{number}",
            kind="charger",
            pose=Pose(x_m, 19.3, NORTH),
            root=(x_m, 17.0),
            th=f"สถานีขนส่ง แท่นชาร์จ {number}",
            en=f"Bus hub, charger {number}",
            kinds=("porter",),
        )
    yield Spot(
        "hub/wait_1",
        "waiting",
        Pose(60.0, 19.3, NORTH),
        (60.0, 17.0),
        "สถานีขนส่ง จุดจอดรอ",
        "Bus hub, waiting place",
    )


def _checkpoints() -> Iterator[Spot]:
    for name, pose, root, th, en in (
        ("care_station", Pose(28.5, 54.6, NORTH), (28.5, 53.0), "จุดตรวจ ศูนย์ดูแล", "Checkpoint at the care station"),
        ("pond", Pose(29.2, 40.0, WEST), (31.0, 40.0), "จุดตรวจ ริมบึง", "Checkpoint at the pond"),
        (
            "village_south",
            Pose(20.0, 13.2, SOUTH),
            (20.0, 15.0),
            "จุดตรวจ ทิศใต้ของหมู่บ้าน",
            "Checkpoint south of the village",
        ),
        ("hub_west", Pose(34.8, 22.0, EAST), (33.0, 22.0), "จุดตรวจ สถานีขนส่งฝั่งตะวันตก", "Checkpoint west of the hub"),
        ("market_gate", Pose(36.0, 36.8, NORTH), (36.0, 35.0), "จุดตรวจ ประตูตลาด", "Checkpoint at the market's gate"),
        ("market_east", Pose(68.8, 34.0, EAST), (67.0, 34.0), "จุดตรวจ ตลาดฝั่งตะวันออก", "Checkpoint east of the market"),
        ("clinic_back", Pose(68.8, 42.0, EAST), (67.0, 42.0), "จุดตรวจ หลังคลินิก", "Checkpoint behind the clinic"),
        ("hub_east", Pose(68.8, 26.0, EAST), (67.0, 26.0), "จุดตรวจ สถานีขนส่งฝั่งตะวันออก", "Checkpoint east of the hub"),
    ):
        yield Spot(f"checkpoint/{name}", "checkpoint", pose, root, th, en, ("checkpoints",))
