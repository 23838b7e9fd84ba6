"""YAML as a person means it, every value with its place. Knows no campaign."""
