"""What is kept on disk and is no fact: telemetry, raised alarms on their way, events on their way to receivers."""
