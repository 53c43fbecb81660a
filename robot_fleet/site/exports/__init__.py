"""What a site is written as for other programs: files of Nav2, Gazebo and RViz, GeoJSON, diagrams."""
