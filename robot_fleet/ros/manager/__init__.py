"""The manager on ROS: its links to robots and equipment, its services, and what it tells all who listen."""
