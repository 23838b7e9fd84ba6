"""Each channel takes the keys the API has for it; the others are errors that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.errors import Invalid

HEAD = "version: 1\nname: a\nrecipients: {inline: [{phone: '09260000001', code: '1'}]}\n"
LOOKUP = HEAD + "channel: lookup\nmessage: {template: verify, token: '{{ code }}'"
VOICE = HEAD + "channel: voice\n"


def told(folder: Path, text: str) -> list[tuple[str, str]]:
    path = folder / "campaign.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        load_campaign(path)
    except Invalid as invalid:
        return [(problem.key, problem.what) for problem in invalid.problems]
    return []


@pytest.mark.parametrize(
    "text",
    [
        LOOKUP + "}\n",
        LOOKUP + ", token2: b, token3: c, token10: d, token20: e, type: call, tag: t, normalize: persian}\n",
        VOICE + "message: سلام\n",
        VOICE + "message: {text: سلام, normalize: persian, max_length: 300}\nschedule: {at: 2030-01-01 10:00}\n",
        HEAD + "channel: sms\nmessage: {text: a, type: 1, tag: t, hide: true, policy: p}\n",
    ],
)
def test_what_belongs_to_a_channel_is_taken(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (LOOKUP + ", text: x}\n", "message.text", "stands in the panel"),
        (LOOKUP + ", hide: true}\n", "message.hide", "takes no hide with a lookup"),
        (LOOKUP + ", type: 1}\n", "message.type", "must be sms or call"),
        (LOOKUP + "}\nsenders: ['3000']\n", "senders", "chooses the line of a lookup"),
        (LOOKUP + "}\nschedule: {at: 2030-01-01 10:00}\n", "schedule.at", "sends at once"),
        (LOOKUP + "}\nlimits: {cost: 5}\n", "limits.cost", "only Kavenegar knows"),
        (HEAD + "channel: lookup\nmessage: {token: a}\n", "message", "has no template"),
        (HEAD + "channel: lookup\nmessage: {template: a}\n", "message", "has no token"),
        (HEAD + "channel: lookup\nmessage: hello\n", "message", "stands in the panel"),
        (HEAD + "message: {text: a, token: b}\n", "message.token", "belongs to `channel: lookup`"),
        (HEAD + "message: {text: a, type: call}\n", "message.type", "belongs to `channel: lookup`"),
        (VOICE + "message: {text: a, tag: t}\n", "message.tag", "takes no tag with a call"),
        (VOICE + "message: {text: a, token: b}\n", "message.token", "belongs to `channel: lookup`"),
        (VOICE + "message: a\nsenders: ['3000']\n", "senders", "chooses the line of a call"),
    ],
)
def test_what_means_nothing_there_is_an_error_at_its_place(tmp_path: Path, text: str, key: str, words: str) -> None:
    assert any(found == key and words in what for found, what in told(tmp_path, text))
