"""Recordings of incidents: what black boxes hold, where it is kept, how it is handed on."""
