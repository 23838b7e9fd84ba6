"""What holds for every test of the house."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The same examples in every run, however slow the machine is: what fails once fails for everyone. A search for new
# ones is asked for by `--hypothesis-profile explore`, which prints how to repeat a failure.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("kaverun", derandomize=True, **_COMMON)
settings.register_profile("explore", derandomize=False, print_blob=True, **_COMMON)
settings.load_profile("kaverun")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: many tests wait for a process they started."""
    return (os.cpu_count() or 1) + 1
