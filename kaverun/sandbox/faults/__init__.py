"""Faults: what goes wrong on purpose, when, and how often; seeded, so that it goes wrong the same way again."""
