"""`python -m robot_fleet.cli`."""

from robot_fleet.cli.app import main

main()
