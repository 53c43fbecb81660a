"""Thin rclpy nodes: parameters, subscriptions, bridge to the pure parts, nothing else."""
