"""What robots of the telemetry bench and those who listen to them agree on."""

METRES_PER_S = 10.0
"""Of `x_m` by time: it is shown to the centimetre, so time to the millisecond."""
