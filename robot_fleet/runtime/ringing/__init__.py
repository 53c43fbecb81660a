"""Alarms told to receivers outside, also when neither manager nor gateway can."""
