"""A fleet of service robots for a city district: scheduling, right of way, health and the people who watch it."""

__version__ = "0.1.0"
