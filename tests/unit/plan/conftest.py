"""A plan is tested as its makers make it."""

from tests.unit.planning.conftest import planned, remembered

__all__ = ["planned", "remembered"]
