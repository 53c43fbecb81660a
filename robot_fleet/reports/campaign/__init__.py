"""What came of a campaign of scenarios, as one HTML file, and pictures of how the robots drove."""
