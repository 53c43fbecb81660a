"""Utilisation and service, out of the facts alone."""
