"""Gazebo worlds as occupancy maps, on worlds of a few shapes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import shapely
import trimesh
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.site.ground.maps import OccupancyMap, read_map
from robot_fleet.site.worlds.occupancy import build_map

WORLDS = Path(__file__).parents[2] / "data" / "worlds"
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


def mesh(uri: str, inner: str = "") -> str:
    return f"<geometry><mesh><uri>{uri}</uri>{inner}</mesh></geometry>"


def test_a_mesh_stands_where_the_same_box_would(tmp_path: Path) -> None:
    shutil.copytree(WORLDS / "shelf", tmp_path / "shelf")
    posts = "".join(collision(BOX.format("0.1 0.1 1"), f"{x} {x} 0 0 0 0", f"p{x}") for x in (-3, 3))
    pose = "0.7 -0.4 0 0 0 0.6"
    box = drawn(tmp_path, model(posts + collision(BOX.format("1.2 0.4 1.8"), "0.7 -0.4 0.9 0 0 0.6")), 0.05)
    same = drawn(tmp_path, model(posts + collision(mesh("model://shelf/shelf.stl"), pose, "mesh")), 0.05)
    assert np.array_equal(same.grid, box.grid)
    assert same.blocked.sum() > 150
    wide = drawn(tmp_path, model(posts + collision(mesh("shelf/shelf.stl", "<scale>2 2 1</scale>"), pose, "m")), 0.05)
    assert wide.blocked.sum() == pytest.approx(4 * same.blocked.sum(), rel=0.15)


def extruded(plan: shapely.Polygon, height_m: float) -> trimesh.Trimesh:
    """Return a closed surface over an area."""
    areas = shapely.get_parts(shapely.constrained_delaunay_triangles(plan))
    flat = [np.column_stack((shapely.get_coordinates(area)[:3], np.zeros(3))) for area in areas]
    triangles = [corners + np.array((0.0, 0.0, z_m)) for corners in flat for z_m in (0.0, height_m)]
    for ring in (plan.exterior, *plan.interiors):
        foot = np.column_stack((shapely.get_coordinates(ring), np.zeros(len(ring.coords))))
        for a, b in zip(foot, foot[1:], strict=False):
            up = np.array((0.0, 0.0, height_m))
            triangles += [np.array((a, b, b + up)), np.array((a, b + up, a + up))]
    return trimesh.Trimesh(**trimesh.triangles.to_kwargs(np.array(triangles)))


def test_rooms_in_a_mesh_stay_free_and_its_walls_are_full(tmp_path: Path) -> None:
    walls = extruded(shapely.box(0, 0, 8, 6) - shapely.box(1, 1, 4, 5) - shapely.box(5, 1, 7, 5), 3.0)
    for suffix in (".stl", ".obj", ".glb"):
        walls.export(tmp_path / f"walls{suffix}")
        rows = picture(drawn(tmp_path, model(collision(mesh(f"walls{suffix}"))), 1.0))
        assert rows == ["########", *["#...#..#"] * 4, "########"]


def test_a_mesh_in_other_units_and_one_part_of_it(tmp_path: Path) -> None:
    low, far = trimesh.creation.box((400, 200, 100)), trimesh.creation.box((100, 100, 100))
    far.apply_translation((1000, 0, 0))
    text = trimesh.exchange.dae.export_collada([low, far]).decode()
    text = text.replace("<up_axis>", '<unit name="centimeter" meter="0.01"/><up_axis>')
    name = re.findall('<geometry id="[^"]*" name="([^"]*)"', text)[0]
    (tmp_path / "boxes.dae").write_text(text, encoding="utf-8")
    whole = drawn(tmp_path, model(collision(mesh("boxes.dae"))), 0.5)
    assert whole.width_m == pytest.approx(12.5)
    part = drawn(tmp_path, model(collision(mesh("boxes.dae", f"<submesh><name>{name}</name></submesh>"))), 0.5)
    assert (part.width_m, part.height_m) == (4.0, 2.0)


def test_capsules_and_ellipsoids(tmp_path: Path) -> None:
    upright = "<geometry><capsule><radius>0.5</radius><length>1</length></capsule></geometry>"
    occupancy = drawn(tmp_path, model(collision(upright, "1 1 1 0 0 0")), 0.05)
    assert occupancy.blocked.sum() * 0.05**2 == pytest.approx(np.pi * 0.5**2, rel=0.1)
    flat = "<geometry><ellipsoid><radii>1 0.25 0.5</radii></ellipsoid></geometry>"
    occupancy = drawn(tmp_path, model(collision(flat, "0 0 0.5 0 0 0")), 0.25)
    assert (occupancy.width_m, occupancy.height_m) == (2.0, 0.5)


def test_what_a_lidar_sees_at_its_height(tmp_path: Path) -> None:
    table = collision(BOX.format("2 1 0.1"), "1 0.5 0.7 0 0 0", "top")
    legs = "".join(collision(BOX.format("0.1 0.1 0.7"), f"{x} 0.05 0.35 0 0 0", f"leg{x}") for x in (0.05, 1.95))
    world = write(tmp_path, model(table + legs))
    for low_m, high_m, seen in ((0.2, 0.3, 8), (0.6, 0.8, 800)):
        build_map(world, tmp_path / "map", low_m=low_m, high_m=high_m)
        assert read_map(tmp_path / "map.yaml").blocked.sum() == seen
    with pytest.raises(SiteError) as caught:
        build_map(world, tmp_path / "map", low_m=1.0, high_m=0.5)
    assert caught.value.code == "site_map_heights"


def test_a_model_of_the_newest_version_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "post"
    folder.mkdir(parents=True)
    for version, side in (("1_5", 1.0), ("1_9", 3.0)):
        inner = model(collision(BOX.format(f"{side} {side} 1")))
        (folder / f"post-{version}.sdf").write_text(f'<sdf version="1.9">{inner}</sdf>')
    (folder / "model.config").write_text(
        '<model><sdf version="1.5">post-1_5.sdf</sdf><sdf version="1.9">post-1_9.sdf</sdf></model>'
    )
    assert drawn(tmp_path, "<include><uri>model://post</uri></include>").width_m == 3.0


@pytest.mark.parametrize(("uri", "code"), [("a.dae", "site_mesh_missing"), ("bad.stl", "site_mesh_unreadable")])
def test_a_mesh_that_cannot_be_had_is_a_warning_and_an_error_if_strict(uri: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "bad.stl").write_text("solid nothing\n")
    world = write(tmp_path, model(collision(BOX.format("1 1 1")) + collision(mesh(uri), name="mesh")))
    (warning,) = build_map(world, tmp_path / "map").warnings
    assert (code in warning, f"{world}:3" in warning) == (True, True)
    with pytest.raises(SiteError) as caught:
        build_map(world, tmp_path / "map", strict=True)
    assert caught.value.code == code


def test_a_heightmap_is_a_warning(tmp_path: Path) -> None:
    ground = collision("<geometry><heightmap><uri>hills.png</uri></heightmap></geometry>", name="ground")
    report = build_map(write(tmp_path, model(collision(BOX.format("1 1 1")) + ground)), tmp_path / "map")
    assert ["site_sdf_unsupported" in warning for warning in report.warnings] == [True]


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
