"""What RViz shows of a site: one view of the whole fleet, and one of each robot with what its own sensors see.

The fleet's view needs no transforms: poses, paths and footprints come in the frame `map`. Scans and local costmaps lie
in frames of the robot's own tf tree; its own view is opened with `/tf` remapped into its namespace.
"""

from __future__ import annotations

from robot_fleet.core.site import Site

MARKERS, SITE_MARKERS = "/fleet/markers", "/fleet/site_markers"
"""What the fleet draws itself: robots and their ways; places, lanes and zones, which are latched."""
_COLOURS = ("230; 159; 0", "86; 180; 233", "0; 158; 115", "240; 228; 66", "0; 114; 178", "213; 94; 0", "204; 121; 167")
"""Told apart by people who see few colours, too."""

Display = dict[str, object]


def fleet_view(site: Site, map_topic: str = "/map") -> dict[str, object]:
    """Return RViz's configuration for the whole fleet.

    Parameters
    ----------
    map_topic : where the site's map is published: by the embedded simulator, or by any robot's map server.
    """
    robots = [_group(name, _from_afar(name, colour)) for name, colour in zip(site.robots, _colours(site), strict=True)]
    return _window(site, [_map("Site", map_topic), *_markers(), *robots])


def robot_view(site: Site, robot: str) -> dict[str, object]:
    """Return RViz's configuration for one robot, to whose transforms RViz must be remapped."""
    colour = dict(zip(site.robots, _colours(site), strict=True))[robot]
    displays = [
        _map("Map", f"/{robot}/map"),
        _costmap("Global costmap", f"/{robot}/global_costmap/costmap", shown=False),
        _costmap("Local costmap", f"/{robot}/local_costmap/costmap", shown=True),
        {"Class": "rviz_default_plugins/TF", "Name": "Frames", "Enabled": True, "Value": True, "Show Names": True},
        *_from_afar(robot, colour),
        _scan(robot, colour, shown=True),
        *_markers(),
    ]
    return _window(site, displays, f"/{robot}/initialpose")


def _colours(site: Site) -> list[str]:
    return [_COLOURS[number % len(_COLOURS)] for number in range(len(site.robots))]


def _from_afar(robot: str, colour: str) -> list[Display]:
    return [
        {
            "Class": "rviz_default_plugins/PoseWithCovariance",
            "Name": f"{robot} pose",
            "Enabled": True,
            "Value": True,
            "Shape": "Arrow",
            "Color": colour,
            "Shaft Length": 0.5,
            "Shaft Radius": 0.06,
            "Head Length": 0.3,
            "Head Radius": 0.15,
            "Topic": _topic(f"/{robot}/amcl_pose", latched=True),
        },
        {
            "Class": "rviz_default_plugins/Path",
            "Name": f"{robot} path",
            "Enabled": True,
            "Value": True,
            "Color": colour,
            "Line Style": "Lines",
            "Topic": _topic(f"/{robot}/plan"),
        },
        {
            "Class": "rviz_default_plugins/Polygon",
            "Name": f"{robot} footprint",
            "Enabled": True,
            "Value": True,
            "Color": colour,
            "Topic": _topic(f"/{robot}/global_costmap/published_footprint"),
        },
    ]


def _group(robot: str, displays: list[Display]) -> Display:
    colour = str(displays[0]["Color"])
    shown = [*displays, _scan(robot, colour, shown=False)]  # lies in a frame that only the robot's own view knows
    return {"Class": "rviz_common/Group", "Name": robot, "Enabled": True, "Value": True, "Displays": shown}


def _scan(robot: str, colour: str, *, shown: bool) -> Display:
    return {
        "Class": "rviz_default_plugins/LaserScan",
        "Name": f"{robot} scan",
        "Enabled": shown,
        "Value": shown,
        "Color Transformer": "FlatColor",
        "Color": colour,
        "Style": "Points",
        "Size (Pixels)": 3,
        "Topic": _topic(f"/{robot}/scan", lossy=True),
    }


def _map(name: str, topic: str) -> Display:
    return {
        "Class": "rviz_default_plugins/Map",
        "Name": name,
        "Enabled": True,
        "Value": True,
        "Color Scheme": "map",
        "Draw Behind": True,
        "Topic": _topic(topic, latched=True, depth=1),
    }


def _costmap(name: str, topic: str, *, shown: bool) -> Display:
    return {**_map(name, topic), "Color Scheme": "costmap", "Alpha": 0.5, "Enabled": shown, "Value": shown}


def _markers() -> list[Display]:
    shown = (("Ground of the fleet", SITE_MARKERS, True), ("Fleet", MARKERS, False))
    return [
        {
            "Class": "rviz_default_plugins/MarkerArray",
            "Name": name,
            "Enabled": True,
            "Value": True,
            "Topic": _topic(topic, latched=latched, depth=1),
        }
        for name, topic, latched in shown
    ]


def _topic(name: str, *, latched: bool = False, lossy: bool = False, depth: int = 5) -> dict[str, object]:
    return {
        "Value": name,
        "Depth": depth,
        "History Policy": "Keep Last",
        "Reliability Policy": "Best Effort" if lossy else "Reliable",
        "Durability Policy": "Transient Local" if latched else "Volatile",
    }


def _window(site: Site, displays: list[Display], initial_pose: str = "") -> dict[str, object]:
    xs, ys = zip(*((place.pose.x_m, place.pose.y_m) for place in site.places.values()), strict=True)
    tools = ["MoveCamera", "Select", "Measure"]
    places = [{"Class": "rviz_default_plugins/SetInitialPose", "Topic": _topic(initial_pose)}] if initial_pose else []
    return {
        "Panels": [
            {"Class": "rviz_common/Displays", "Name": "Displays"},
            {"Class": "rviz_common/Views", "Name": "Views"},
        ],
        "Visualization Manager": {
            "Class": "",
            "Name": "root",
            "Enabled": True,
            "Value": True,
            "Global Options": {"Fixed Frame": "map", "Background Color": "48; 48; 48", "Frame Rate": 30},
            "Displays": displays,
            "Tools": [*({"Class": f"rviz_default_plugins/{tool}"} for tool in tools), *places],
            "Transformation": {"Current": {"Class": "rviz_default_plugins/TF"}},
            "Views": {
                "Current": {
                    "Class": "rviz_default_plugins/TopDownOrtho",
                    "Name": "Current View",
                    "Target Frame": "<Fixed Frame>",
                    "Value": "TopDownOrtho (rviz_default_plugins)",
                    "Angle": 0,
                    "Scale": 20,
                    "X": round((min(xs) + max(xs)) / 2.0, 2),
                    "Y": round((min(ys) + max(ys)) / 2.0, 2),
                },
            },
        },
        "Window Geometry": {"Width": 1400, "Height": 900, "Displays": {"collapsed": False}},
    }
