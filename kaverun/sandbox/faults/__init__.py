"""Faults: what goes wrong on purpose, when, and how often; seeded, so that it is repeatable."""
