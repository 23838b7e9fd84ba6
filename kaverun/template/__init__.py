"""Message templates: Jinja, compiled once, bounded, the same text for the same row."""
