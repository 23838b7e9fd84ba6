"""`kaverun schema`: the JSON Schema that editors check campaign files with."""

from __future__ import annotations

import click


@click.command()
@click.argument("what", metavar="[campaign]", type=click.Choice(["campaign"]), default="campaign")
def command(what: str) -> None:
    """Print the JSON Schema (draft-07) of the campaign file.

    An editor finds it by this first line of a campaign file:
    # yaml-language-server: $schema=../schemas/campaign.schema.json
    """
    from kaverun.campaign.schema import campaign_schema_text

    click.echo(campaign_schema_text(), nl=False)
