"""Carrying out a plan: the only effects are here, each durable before the next depends on it."""
