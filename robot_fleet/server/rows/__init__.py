"""The core's state as rows, as consoles and the API show it. Pure."""
