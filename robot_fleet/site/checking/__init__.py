"""Whether a site's files hold together: what they name exists, fits, can be reached, and leaves each other alone."""
