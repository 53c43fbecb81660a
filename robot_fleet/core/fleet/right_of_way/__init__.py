"""Who may go where now: releases, roads as they are, doors and lifts, and the law."""
