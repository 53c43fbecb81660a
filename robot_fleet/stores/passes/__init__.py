"""Who may ask and answer without being a user: passes, codes of deliveries, tickets of what was handed over."""
