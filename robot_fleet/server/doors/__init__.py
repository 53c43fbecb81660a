"""Who may do what at the web server: signing in, what each role may, how often, and the record of it. See ADR 11."""
