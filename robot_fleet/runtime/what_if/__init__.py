"""What a past day would have been with other robots, chargers or demand: played again on the virtual clock."""
