"""What a fleet is started with, decided before anything starts, on whichever bodies its robots have."""
