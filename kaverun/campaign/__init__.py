"""The campaign file: strict YAML with places, frozen models, loader, schedule, JSON Schema."""
