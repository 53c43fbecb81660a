"""From the fleet's state to a planning problem: `build_problem` puts it together."""
