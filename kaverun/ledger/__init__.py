"""The durable memory of what was sent."""
