"""Hardware in the loop: real robots among simulated ones in one run. No ROS in here."""
