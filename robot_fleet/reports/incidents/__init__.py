"""The story of an incident: what belongs to it, in one timeline, as sentences."""
