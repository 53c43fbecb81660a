"""Tells other systems of alarms and incidents: signed, again until they have taken it, and with one id each time."""
