"""Everything that knows rclpy but is no node of its own: converters, QoS, adapters of the ports."""
