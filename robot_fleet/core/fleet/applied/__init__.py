"""What each kind of fact makes of the fleet's state: a module for each subject, all called by `fleet.apply` alone."""
