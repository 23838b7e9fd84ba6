"""What of a plan may stand in a comment or a file that others read: no number in a text, and no code of a lookup."""

from __future__ import annotations

import orjson

from kaverun.plan.plan import Change, Channel, Plan, Sample
from kaverun.text.excerpt import masked

_CODE = "***"


def shareable(plan: Plan) -> Plan:
    """The plan with every phone number in its texts as 0912***4567, and every token of a lookup as ***."""
    channel, past = plan.channel, plan.past
    longest, most_expensive = plan.longest, plan.most_expensive
    return plan._replace(
        samples=tuple(_shareable(sample, channel) for sample in plan.samples),
        longest=_shareable(longest, channel) if longest else None,
        most_expensive=_shareable(most_expensive, channel) if most_expensive else None,
        past=past._replace(
            changes=tuple(_change(change, channel) for change in past.changes),
            edited=_change(past.edited, channel) if past.edited else None,
        ),
    )


def _shareable(sample: Sample, channel: Channel) -> Sample:
    return sample._replace(text=_text(sample.text, channel))


def _change(change: Change, channel: Channel) -> Change:
    return change._replace(before=_text(change.before, channel), now=_text(change.now, channel))


def _text(text: str, channel: Channel) -> str:
    """A text that people may see; what is not the text of a lookup but words about it has no tokens."""
    if channel != "lookup" or not text.startswith("{"):
        return masked(text)
    hidden = {name: value if name == "template" else _CODE for name, value in orjson.loads(text).items()}
    return orjson.dumps(hidden).decode()
