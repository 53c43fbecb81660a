"""The ground that robots drive on: maps and levels, lanes and how long they take, what zones and laws cover."""
