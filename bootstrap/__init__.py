"""Sets a checkout up and starts what was asked for. Standard library only: it runs before anything is installed."""
