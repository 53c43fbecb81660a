"""What is written in `interfaces/` for Nav2 is Nav2's own on the wire, whether it is built or not.

The hashes are those of Nav2 1.3.13 (Jazzy, commit f4108e5) and of geographic_msgs 1.0.6, worked out by rosidl from
their definitions: names and types decide them, comments do not.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_share_directory
from rosidl_adapter import convert_to_idl
from rosidl_generator_type_description import generate_type_hash

pytestmark = pytest.mark.ros

INTERFACES = Path(__file__).resolve().parents[2] / "interfaces"
USED = (
    "action_msgs",
    "builtin_interfaces",
    "geometry_msgs",
    "nav_msgs",
    "service_msgs",
    "std_msgs",
    "unique_identifier_msgs",
)
HASHES = {
    "geographic_msgs/msg/GeoPoint": "602c647cf87bbe95a0231b459b5ac30051875d07c0c740b31ad7a8c4662b971e",
    "geographic_msgs/msg/GeoPose": "8052786d7663e225e38926f7d05716046c931572c25e557d4f70dca55b972626",
    "nav2_msgs/action/AssistedTeleop": "0db8dcd93f8f6072c806b47c8e09f6065e47261d9658db291c359b2a9854f8f4",
    "nav2_msgs/action/BackUp": "28d3ef6f5c43fdb860f960f4be61825e80d3c6fd54a12af77005eb477ad60d50",
    "nav2_msgs/action/ComputePathThroughPoses": "bb3cde2342f7eadfe65ed4dff5253edc37e44ae14a3fcee77272d7fef552440c",
    "nav2_msgs/action/ComputePathToPose": "b11d50c914791956069419b8f4ad441e3c66fcfbd9461f8e87110b77dc6febe9",
    "nav2_msgs/action/DockRobot": "d4398769495d327a0cba210e3cf1055ac742ec8a3eccc683f88b1c730b1d6405",
    "nav2_msgs/action/DriveOnHeading": "9eca8a3505f973b994ac18f4aaf76c0c4563cc7cde1ce7384be2f70e53479c11",
    "nav2_msgs/action/FollowGPSWaypoints": "deb1908eea298a935abb60a75fbd334549be5ed3c9767ba14729c414fb5881d2",
    "nav2_msgs/action/FollowPath": "9d95513552fb578cfb933d7e0160273911269cbdf4b348f1acb87d8a903b13cf",
    "nav2_msgs/action/FollowWaypoints": "09e36a19e0374ab692e78b877e3345daa223ca4186b8af90f77939b78c6e6d7b",
    "nav2_msgs/action/NavigateThroughPoses": "4e680a34fd27772095da6ffdb32ae348adbc3d948248d38cf8d5ca3fc7a3a6c4",
    "nav2_msgs/action/NavigateToPose": "a56dba8a3234a1215e610180dc703ae25bbf406dded8b54887891c9732857eab",
    "nav2_msgs/action/SmoothPath": "84ea77c54dbe197a3d45c188124cf4535b1a1f3f0ffd2f86b841a1d63f1c2cda",
    "nav2_msgs/action/Spin": "9fc4653cfb2982465e9ca4e2710f0532de8f6dce77d6a6eada55e4e22273b55c",
    "nav2_msgs/action/UndockRobot": "fe446bf5f84bbdc08b5a1123365e3c9b1e522e50a412d64c36995f808df915a2",
    "nav2_msgs/msg/Costmap": "d51bf7aecafdbb3f8f98215de648abe6d53f8db69156d6e143125d2ad2bf0027",
    "nav2_msgs/msg/CostmapMetaData": "1a41ec8428d50c3b4cd3f9055e1adb0eaec72fb39ae11686b59218f6e0884cbd",
    "nav2_msgs/msg/MissedWaypoint": "cc79d1e3a1b86cd6a80788b16c844c396932462560936293011f062c21b82ed1",
    "nav2_msgs/msg/SpeedLimit": "83d8e4e842559f4d9a988b19d31b162216ec738536389f98438d1a166f91845a",
    "nav2_msgs/srv/ClearCostmapAroundPose": "cd006590d0a7b5a357138518c1ac6f733782a0317f5d8fc92f46158e5438138c",
    "nav2_msgs/srv/ClearCostmapAroundRobot": "24973b6e8b3e7ec70c37d6b411f1e32cef44051dfe7f34ad0ee7d6d9055cd6ea",
    "nav2_msgs/srv/ClearCostmapExceptRegion": "66032323269ef923ab356273a7b7fc1c5acd9ccd46cd14bdcd265642a4012b05",
    "nav2_msgs/srv/ClearEntireCostmap": "553f54f9cadab44553fdf5627433fcb6701f71c1fc2eb55a7b4a004fdeeab952",
    "nav2_msgs/srv/GetCostmap": "1c3d7c36488ea60fb6ddf76482faf36cee004e29433fea60b8cee011fcd8ad73",
    "nav2_msgs/srv/LoadMap": "eb875de5ea9bb394573effc3f239015b19869dd7a8988136768372c6ef907ec1",
    "nav2_msgs/srv/ManageLifecycleNodes": "1850f4f677251bb8f7744e3c0a87ef4f66c205e2f8740a8330251af7d1804460",
}


def worked_out(package: str, folder: Path, described: dict[str, Path]) -> dict[str, str]:
    """Return the hash of each type of a package, and describe it in a folder for those that use it."""
    definitions = sorted(path for kind in ("msg", "srv", "action") for path in INTERFACES.glob(f"{package}/{kind}/*.*"))
    for path in definitions:
        convert_to_idl(INTERFACES / package, package, path.relative_to(INTERFACES / package), folder / "idl")
    arguments = {
        "package_name": package,
        "output_dir": str(folder / "described"),
        "idl_tuples": [f"{folder / 'idl'}:{path.parent.name}/{path.stem}.idl" for path in definitions],
        "include_paths": [f"{name}:{where}" for name, where in described.items()],
    }
    (folder / "described").mkdir()
    (folder / "arguments.json").write_text(json.dumps(arguments))
    generate_type_hash(str(folder / "arguments.json"))
    described[package] = folder / "described"
    found = {}
    for path in definitions:
        name = f"{package}/{path.parent.name}/{path.stem}"
        told = json.loads((folder / "described" / path.parent.name / f"{path.stem}.json").read_text())
        found[name] = next(each["hash_string"] for each in told["type_hashes"] if each["type_name"] == name)
    return found


def test_every_definition_is_nav2s_own_type_on_the_wire(tmp_path: Path) -> None:
    described = {name: Path(get_package_share_directory(name)) for name in USED}
    found: dict[str, str] = {}
    for package in ("geographic_msgs", "nav2_msgs"):
        (tmp_path / package).mkdir()
        found |= worked_out(package, tmp_path / package, described)
    assert found == {name: f"RIHS01_{value}" for name, value in HASHES.items()}
