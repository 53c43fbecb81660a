"""Nav2 map files: modes, thresholds, orientation, and the errors of what is no map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robot_fleet.core.errors import SiteError
from robot_fleet.site.ground.maps import FREE, OCCUPIED, UNKNOWN, OccupancyMap, read_map, write_map


def write(folder: Path, pixels: list[list[int]], *, header: bytes = b"", **keys: object) -> Path:
    array = np.array(pixels, dtype=np.uint8)
    head = header or b"P5\n# drawn by hand\n%d %d\n255\n" % (array.shape[1], array.shape[0])
    (folder / "m.pgm").write_bytes(head + array.tobytes())
    spec: dict[str, object] = {"image": "m.pgm", "resolution": 0.5, "origin": [-1.0, 2.0, 0.0], "negate": 0}
    spec |= {"occupied_thresh": 0.65, "free_thresh": 0.25} | keys
    path = folder / "m.yaml"
    path.write_text("\n".join(f"{key}: {value}" for key, value in spec.items()), encoding="utf-8")
    return path


def test_trinary_rows_run_from_the_bottom_and_thresholds_are_exclusive(tmp_path: Path) -> None:
    # Darkness 1.0 and 0.0, and below them 0.6 and 0.4: only beyond a threshold is a cell occupied or free.
    path = write(tmp_path, [[0, 255], [102, 153]], occupied_thresh=0.6, free_thresh=0.4)
    assert read_map(path).grid.tolist() == [[UNKNOWN, UNKNOWN], [OCCUPIED, FREE]]


def test_scale_spreads_the_values_between_the_thresholds(tmp_path: Path) -> None:
    path = write(tmp_path, [[255, 128, 0]], mode="scale", occupied_thresh=0.9, free_thresh=0.1)
    assert read_map(path).grid.tolist() == [[0, 50, 100]]


def test_raw_keeps_the_value_and_takes_what_is_over_100_as_unknown(tmp_path: Path) -> None:
    path = write(tmp_path, [[0, 42, 100, 101, 255]], mode="raw")
    assert read_map(path).grid.tolist() == [[0, 42, 100, UNKNOWN, UNKNOWN]]


def test_negate_swaps_dark_and_bright(tmp_path: Path) -> None:
    assert read_map(write(tmp_path, [[0, 255]], negate=1)).grid.tolist() == [[FREE, OCCUPIED]]


def test_points_find_their_cells_from_the_origin(tmp_path: Path) -> None:
    occupancy = read_map(write(tmp_path, [[255, 255, 255], [255, 0, 255]]))
    assert (occupancy.width_m, occupancy.height_m) == (1.5, 1.0)
    assert occupancy.occupied(-0.25, 2.25)
    assert not occupancy.occupied(-0.25, 2.75)
    assert occupancy.occupied(-1.01, 2.25)
    assert occupancy.centre_m(*occupancy.cell(-0.25, 2.25)) == (-0.25, 2.25)


def test_clearance_is_the_distance_to_the_nearest_blocked_cell_or_edge() -> None:
    grid = np.zeros((21, 41), dtype=np.int8)
    grid[:, 0] = UNKNOWN
    occupancy = OccupancyMap(grid, 0.1, 0.0, 0.0)
    assert occupancy.clearance_at_m(0.35, 1.05) == pytest.approx(0.25)
    assert occupancy.clearance_at_m(2.05, 0.05) == pytest.approx(0.05)
    assert occupancy.clearance_at_m(0.05, 1.05) == 0.0
    assert occupancy.clearance_at_m(99.0, 1.05) == 0.0


def test_a_written_map_reads_back_the_same(tmp_path: Path) -> None:
    grid = np.array([[FREE, OCCUPIED, UNKNOWN], [UNKNOWN, FREE, FREE]], dtype=np.int8)
    write_map(OccupancyMap(grid, 0.05, -3.25, 7.5), tmp_path / "map.yaml")
    back = read_map(tmp_path / "map.yaml")
    assert back.grid.tolist() == grid.tolist()
    assert (back.resolution_m, back.origin_x_m, back.origin_y_m) == (0.05, -3.25, 7.5)


@pytest.mark.parametrize(
    ("keys", "header", "code"),
    [
        ({"origin": [0.0, 0.0, 0.3]}, b"", "site_map_rotated"),
        ({"origin": [0.0, 0.0]}, b"", "site_map_malformed"),
        ({"resolution": 0.0}, b"", "site_map_malformed"),
        ({"mode": "rgb"}, b"", "site_map_malformed"),
        ({"colour": "red"}, b"", "site_map_malformed"),
        ({"free_thresh": 0.9}, b"", "site_map_malformed"),
        ({"image": "[broken"}, b"", "site_map_malformed"),
        ({"image": "other.pgm"}, b"", "site_map_missing"),
        ({}, b"P2\n2 1\n255\n", "site_map_image"),
        ({}, b"P5\n20 10\n255\n", "site_map_image"),
        ({}, b"P5\n0 1\n255\n", "site_map_image"),
    ],
)
def test_what_is_no_map_is_refused_with_its_file(
    tmp_path: Path, keys: dict[str, object], header: bytes, code: str
) -> None:
    with pytest.raises(SiteError) as caught:
        read_map(write(tmp_path, [[0, 255]], header=header, **keys))
    assert caught.value.code == code
    assert str(tmp_path) in caught.value.where


def test_a_missing_map_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="not there") as caught:
        read_map(tmp_path / "no.yaml")
    assert caught.value.code == "site_map_missing"
