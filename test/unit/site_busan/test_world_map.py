"""Gazebo worlds as occupancy maps, on worlds of a few shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.site.maps import OccupancyMap, read_map
from robot_fleet.site.worlds.occupancy import build_map

BOX = "<geometry><box><size>{}</size></box></geometry>"


def collision(shape: str, pose: str = "0 0 0 0 0 0", name: str = "c") -> str:
    return f'<collision name="{name}"><pose>{pose}</pose>{shape}</collision>'


def model(inner: str, pose: str = "0 0 0 0 0 0", name: str = "m", static: str = "<static>true</static>") -> str:
    return f'<model name="{name}">{static}<pose>{pose}</pose><link name="l">{inner}</link></model>'


def write(folder: Path, content: str) -> Path:
    world = folder / "some.sdf"
    world.write_text(f'<sdf version="1.9">\n<world name="w">\n{content}\n</world>\n</sdf>\n', encoding="utf-8")
    return world


def drawn(folder: Path, content: str, resolution_m: float = 0.5) -> OccupancyMap:
    build_map(write(folder, content), folder / "map", resolution_m=resolution_m)
    return read_map(folder / "map.yaml")


def picture(occupancy: OccupancyMap) -> list[str]:
    """Rows from north to south, # where blocked."""
    return ["".join("#" if cell else "." for cell in row) for row in occupancy.blocked[::-1]]


def test_box_on_cell_borders_fills_exactly_its_cells(tmp_path: Path) -> None:
    walls = model(
        collision(BOX.format("2 0.5 1"), "1 0.25 0.5 0 0 0") + collision(BOX.format("0.5 1 1"), "0.25 1 0.5 0 0 0", "d")
    )
    occupancy = drawn(tmp_path, walls)
    assert picture(occupancy) == ["#...", "#...", "####"]
    assert (occupancy.origin_x_m, occupancy.origin_y_m) == (0.0, 0.0)


def test_cell_that_is_covered_in_part_is_occupied(tmp_path: Path) -> None:
    two = model(
        collision(BOX.format("0.2 0.2 1"), "0.1 0.1 0.5 0 0 0")
        + collision(BOX.format("0.2 0.2 1"), "1.6 0.55 0.5 0 0 0", "d")
    )
    assert picture(drawn(tmp_path, two)) == ["...#", "#..#"]


def test_poses_of_model_link_and_collision_add_up(tmp_path: Path) -> None:
    turned = (
        '<model name="m"><static>1</static><pose>10 0 0 0 0 1.5707963267948966</pose>'
        '<link name="l"><pose>1 0 0 0 0 0</pose>'
        + collision(BOX.format("1 0.5 1"), "0 2 0.5 0 0 0")
        + "</link></model>"
    )
    occupancy = drawn(tmp_path, turned)
    assert picture(occupancy) == ["##", "##"]
    assert occupancy.origin_x_m == pytest.approx(7.5)  # the box stands at (8, 1), half a metre wide along x
    assert occupancy.origin_y_m == pytest.approx(0.5)


def test_oblique_box_covers_the_cells_that_it_touches(tmp_path: Path) -> None:
    oblique = model(collision(BOX.format("4 0.1 1"), "0 0 0.5 0 0 0.7853981633974483"))
    occupancy = drawn(tmp_path, oblique, resolution_m=1.0)
    blocked = occupancy.blocked
    assert all(blocked[i, i] for i in range(len(blocked)))
    assert not blocked[0, -1]
    assert not blocked[-1, 0]


def test_cylinder_and_sphere_are_round(tmp_path: Path) -> None:
    post = model(
        collision("<geometry><cylinder><radius>1</radius><length>2</length></cylinder></geometry>", "0 0 1 0 0 0")
    )
    fine = drawn(tmp_path, post, resolution_m=0.05)
    area_m2 = float(fine.blocked.sum()) * 0.05**2
    assert np.pi < area_m2 < np.pi * 1.06
    assert picture(fine)[0].count("#") < fine.blocked.shape[1] / 2
    ball = model(collision("<geometry><sphere><radius>1</radius></sphere></geometry>", "0 0 2.7 0 0 0"))
    shape = drawn(tmp_path, ball, resolution_m=0.05).blocked.shape
    assert shape == (24, 24)  # what of the ball is below 1.9 m: a disc of radius 0.6 m


def test_polyline_is_filled(tmp_path: Path) -> None:
    points = "".join(f"<point>{x} {y}</point>" for x, y in ((0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3)))
    corner = model(collision(f"<geometry><polyline>{points}<height>1</height></polyline></geometry>"))
    assert picture(drawn(tmp_path, corner, resolution_m=1.0)) == ["#..", "#..", "###"]


@pytest.mark.parametrize(
    "over",
    [
        collision(BOX.format("1 1 0.2"), "5 0 2.2 0 0 0", "beam"),
        collision(BOX.format("1 1 0.04"), "5 0 0.02 0 0 0", "kerb"),
        collision("<geometry><plane><normal>0 0 1</normal><size>90 90</size></plane></geometry>", name="ground"),
    ],
)
def test_what_is_driven_over_or_under_is_free(tmp_path: Path, over: str) -> None:
    post = collision(BOX.format("1 1 1"), "0 0 0.5 0 0 0")
    assert picture(drawn(tmp_path, model(post + over), resolution_m=1.0)) == ["##", "##"]


def test_tilted_ramp_counts_from_where_it_leaves_the_ground(tmp_path: Path) -> None:
    ramp = collision(BOX.format("4 1 0.01"), "0 0.5 0 0 -0.1 0", "ramp")  # 5 cm high after half a metre
    blocked = drawn(tmp_path, model(ramp), resolution_m=0.1).blocked
    assert 1.4 < 0.1 * blocked.shape[1] < 1.7


def test_what_may_move_is_no_part_of_the_map(tmp_path: Path) -> None:
    post = model(collision(BOX.format("1 1 1"), "0.5 0.5 0.5 0 0 0"))
    cart = model(collision(BOX.format("9 9 1"), "50 50 0.5 0 0 0"), name="cart", static="")
    assert picture(drawn(tmp_path, post + cart, resolution_m=1.0)) == ["#"]


def test_nested_models_are_as_static_as_the_outer_one(tmp_path: Path) -> None:
    inner = (
        '<model name="inner"><pose>1 0 0 0 0 0</pose><link name="l">'
        + collision(BOX.format("1 1 1"))
        + "</link></model>"
    )
    outer = f'<model name="outer"><static>true</static><pose>1.5 0.5 0 0 0 0</pose>{inner}</model>'
    occupancy = drawn(tmp_path, outer, resolution_m=1.0)
    assert (picture(occupancy), occupancy.origin_x_m) == (["#"], 2.0)


def test_pose_may_be_relative_to_a_frame_beside_it(tmp_path: Path) -> None:
    content = '<frame name="corner"><pose degrees="true">4 0 0 0 0 90</pose></frame>' + model(
        collision(BOX.format("1 1 1")), "0.5 0.5 0 0 0 0"
    ).replace("<pose>", '<pose relative_to="corner">', 1)
    occupancy = drawn(tmp_path, content, resolution_m=1.0)
    assert (occupancy.origin_x_m, occupancy.origin_y_m) == (3.0, 0.0)


def test_quaternion_turns_like_the_angle(tmp_path: Path) -> None:
    def blocked(pose: str) -> NDArray[np.bool_]:
        inner = collision(BOX.format("3 1 1")).replace("<pose>0 0 0 0 0 0</pose>", pose)
        return drawn(tmp_path, model(inner), resolution_m=0.25).blocked

    quaternion = blocked('<pose rotation_format="quat_xyzw">0 0 0  0 0 0.3826834323650898 0.9238795325112867</pose>')
    assert np.array_equal(quaternion, blocked("<pose>0 0 0 0 0 0.7853981633974483</pose>"))


def test_included_model_is_found_beside_the_world(tmp_path: Path) -> None:
    (tmp_path / "models" / "shelf").mkdir(parents=True)
    shelf = f'<sdf version="1.9">{model(collision(BOX.format("1 1 1")))}</sdf>'
    (tmp_path / "models" / "shelf" / "model.sdf").write_text(shelf, encoding="utf-8")
    content = "<include><uri>model://shelf</uri><pose>2.5 3.5 0 0 0 0</pose></include>"
    occupancy = drawn(tmp_path, content, resolution_m=1.0)
    assert (occupancy.origin_x_m, occupancy.origin_y_m) == (2.0, 3.0)


def test_missing_include_is_a_warning_and_an_error_if_strict(tmp_path: Path) -> None:
    post = model(collision(BOX.format("1 1 1")))
    world = write(tmp_path, post + "\n<include><uri>model://nowhere</uri></include>")
    report = build_map(world, tmp_path / "map")
    assert [("nowhere" in warning, f"{world}:4" in warning) for warning in report.warnings] == [(True, True)]
    with pytest.raises(SiteError) as caught:
        build_map(world, tmp_path / "map", strict=True)
    assert caught.value.code == "site_sdf_include_missing"


def test_mesh_is_a_warning(tmp_path: Path) -> None:
    mesh = collision("<geometry><mesh><uri>a.dae</uri></mesh></geometry>", name="mesh")
    report = build_map(write(tmp_path, model(collision(BOX.format("1 1 1")) + mesh)), tmp_path / "map")
    assert len(report.warnings) == 1
    assert "site_sdf_unsupported" in report.warnings[0]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("<model name='m'>\n<link></model>", 4),
        (model(collision(BOX.format("1 1"))), 3),
        ("\n" + model(collision(BOX.format("1 one 1"))), 4),
        (model(collision(BOX.format("1 -1 1"))), 3),
        (model(collision(BOX.format("1 nan 1"))), 3),
        (model(collision("<geometry><cylinder><radius>1</radius></cylinder></geometry>")), 3),
        (model(collision("<geometry/>")), 3),
        (model(collision(BOX.format("1 1 1"), "0 0 0")), 3),
        (model("", static="<static>maybe</static>"), 3),
        ('<frame name="a"><pose relative_to="b"/></frame>' + model("").replace("<pose>", '<pose relative_to="a">'), 3),
    ],
)
def test_broken_sdf_names_file_and_line(tmp_path: Path, content: str, line: int) -> None:
    content = content.replace("</frame>", '</frame><frame name="b"><pose relative_to="a">0 0 0 0 0 0</pose></frame>')
    content = content.replace('<pose relative_to="b"/>', '<pose relative_to="b">0 0 0 0 0 0</pose>')
    world = write(tmp_path, content)
    with pytest.raises(SiteError) as caught:
        build_map(world, tmp_path / "map")
    assert (caught.value.code, caught.value.where) == ("site_sdf_malformed", f"{world}:{line}")
    assert not (tmp_path / "map.yaml").exists()


def test_other_mistakes_have_codes_of_their_own(tmp_path: Path) -> None:
    def code(world: Path, stem: Path, **options: float) -> str:
        with pytest.raises(SiteError) as caught:
            build_map(world, stem, **options)  # type: ignore[arg-type]
        return caught.value.code

    good = write(tmp_path, model(collision(BOX.format("1 1 1"))))
    assert code(tmp_path / "none.sdf", tmp_path / "map") == "site_world_missing"
    assert code(good, tmp_path / "nowhere" / "map") == "site_map_folder_missing"
    assert code(good, tmp_path / "map", resolution_m=0.0) == "site_map_resolution"
    assert code(write(tmp_path, ""), tmp_path / "map") == "site_world_empty"
    far = model(collision(BOX.format("1 1 1")) + collision(BOX.format("1 1 1"), "9e6 9e6 0 0 0 0", "d"))
    assert code(write(tmp_path, far), tmp_path / "map") == "site_map_too_large"


def test_same_world_gives_the_same_bytes(tmp_path: Path) -> None:
    world = write(tmp_path, model(collision(BOX.format("1 3 1"), "0 0 0 0 0 0.3")))
    build_map(world, tmp_path / "one")
    build_map(world, tmp_path / "two")
    assert (tmp_path / "one.pgm").read_bytes() == (tmp_path / "two.pgm").read_bytes()
