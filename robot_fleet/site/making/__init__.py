"""New sites: from any map, from another site, out of a package."""
