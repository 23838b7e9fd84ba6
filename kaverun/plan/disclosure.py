"""What of a plan may stand in a comment or a file that others read: no number in a text, and no code of a lookup."""

from __future__ import annotations

import orjson

from kaverun.campaign.excerpt import masked
from kaverun.plan.plan import Channel, Plan, Sample

_CODE = "***"


def shareable(plan: Plan) -> Plan:
    """The plan with every phone number in its samples as 0912***4567, and every token of a lookup as ***."""
    longest, most_expensive = plan.longest, plan.most_expensive
    return plan._replace(
        samples=tuple(_shareable(sample, plan.channel) for sample in plan.samples),
        longest=_shareable(longest, plan.channel) if longest else None,
        most_expensive=_shareable(most_expensive, plan.channel) if most_expensive else None,
    )


def _shareable(sample: Sample, channel: Channel) -> Sample:
    if channel != "lookup":
        return sample._replace(text=masked(sample.text))
    given = orjson.loads(sample.text)
    hidden = {name: value if name == "template" else _CODE for name, value in given.items()}
    return sample._replace(text=orjson.dumps(hidden).decode())
