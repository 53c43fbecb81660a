"""The gateway's web side: REST, WebSocket and the console's files. No ROS in here; the fleet is reached by a port."""
