"""Runs a launch file with its arguments, as `ros2 launch FILE NAME:=VALUE …` does."""

from __future__ import annotations

import sys

from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource


def main(file: str, *words: str) -> int:
    """Return the exit status of the launch."""
    told = [tuple(word.split(":=", 1)) for word in words]
    service = LaunchService(argv=list(words), noninteractive=True)
    source = PythonLaunchDescriptionSource(file)
    service.include_launch_description(LaunchDescription([IncludeLaunchDescription(source, launch_arguments=told)]))
    return int(service.run())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
