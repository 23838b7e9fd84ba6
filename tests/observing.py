"""An observer that calls what a test names."""

from __future__ import annotations

from kaverun.run.observer import Observer


class Heard(Observer):
    """Takes the methods of an observer out of `settings`, where they are functions."""

    def __init__(self, settings):
        for name in [name for name in settings if hasattr(Observer, name)]:
            setattr(self, name, settings.pop(name))
