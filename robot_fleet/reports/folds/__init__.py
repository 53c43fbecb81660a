"""What facts amount to, taken in one after the other: tasks, robots, energy, alarms, events, hour by hour."""
