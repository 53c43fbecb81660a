"""Who may do what: users, their sessions and API tokens, and the record of what was done. See ADR 11."""
