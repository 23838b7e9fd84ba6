"""Files are tested as a campaign names them."""

from tests.unit.campaign.conftest import load, problems, repository

__all__ = ["load", "problems", "repository"]
