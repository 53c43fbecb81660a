"""What people wish, by subject: each command is checked whole before anything changes."""
