"""Reports that are made by themselves, and brought to whom they are for: once, or it is said that it fails."""
