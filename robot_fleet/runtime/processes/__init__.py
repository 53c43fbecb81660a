"""Processes of a fleet: started, watched, found again and ended; what no two fleets on one machine may share."""
