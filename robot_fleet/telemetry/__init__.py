"""Health rules, freshness and rollups of what robots report. Pure."""
