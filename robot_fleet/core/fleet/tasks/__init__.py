"""The life of a task beside its robot: its flow, its waits, its goods, what goes wrong, and how it ends."""
