"""From conditions to alarms and incidents: what rings, who is reached, how well the next alarm is covered."""
