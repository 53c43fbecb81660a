"""Reads and validates a site: its files, its occupancy map, its lanes and the times that travel takes."""
