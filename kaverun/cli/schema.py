"""`kaverun schema`: the JSON Schemas of the files that people write and of the JSON that commands print."""

from __future__ import annotations

import click

from kaverun.cli.help import explained

_KINDS = ("campaign", "tariff", "plan", "report")


@explained(example="kaverun schema campaign > campaign.schema.json")
@click.argument("what", metavar=f"[{'|'.join(_KINDS)}]", type=click.Choice(_KINDS), required=False)
def command(what: str | None) -> None:
    """Print a JSON Schema; by default that of campaign files.

    \b
    campaign  campaign files (draft-07, which editors support best)
    tariff    files with prices
    plan      what `kaverun plan --format json` prints
    report    report.json, and what `kaverun report --format json` prints

    An editor finds the schema of a campaign or a tariff by the first line of the file, such as

    \b
        # yaml-language-server: $schema=../schemas/tariff.schema.json

    and a pipeline checks what it reads, for example by

    \b
        kaverun schema plan > plan.schema.json
        kaverun plan nowruz.yaml --format json > plan.json
        check-jsonschema --schemafile plan.schema.json plan.json
    """
    from kaverun.schemas import schema_text

    if what is None:
        others = ", ".join(kind for kind in _KINDS if kind != "campaign")
        click.echo(f"this is the schema of campaign files; there are others: {others}", err=True)
    click.echo(schema_text(what or "campaign"), nl=False)
