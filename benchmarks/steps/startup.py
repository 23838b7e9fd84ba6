"""How soon the command is there, against importing what it cannot do without."""

from __future__ import annotations

import sys

from benchmarks import child
from benchmarks.lists import write_campaign
from benchmarks.results import BARE, KAVERUN, Case, Sample
from benchmarks.workshop import COMMAND, Workshop

HELP, VALIDATE = Case("--help", 0), Case("validate", 10)
# By the names that are used: `import pydantic` alone loads next to nothing of it before one is asked for.
NEEDED_TO_VALIDATE = """\
import click, jinja2.meta, jinja2.sandbox, orjson, sqlite3, yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
"""


def measure(shop: Workshop, times: int) -> None:
    """Each `times` over: a start takes too little time to be measured a few times only.

    `seconds` are those of processors: a start waits for nothing else, and neighbours on a machine cost it none of them.
    """
    folder = shop.empty("startup")
    campaign = write_campaign(folder, shop.list_of(VALIDATE.messages))
    python = (sys.executable, "-c")

    def keep(case: Case, who: str, *command: str) -> None:
        cost = child.run(command, folder)
        shop.results.add(Sample(case, who, cost.cpu, cost.seconds, cost.cpu, cost.rss))

    for _ in range(times):
        keep(HELP, BARE, *python, "import click")
        keep(HELP, KAVERUN, COMMAND, "--help")
        keep(VALIDATE, BARE, *python, NEEDED_TO_VALIDATE)
        keep(VALIDATE, KAVERUN, COMMAND, "validate", campaign.name)
