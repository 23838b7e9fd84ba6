"""What a plan is made from, as it is now: every file that is read, and the variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b

from kaverun.campaign.inputs import digests_of
from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Invalid
from kaverun.ledger.runs import Input


def inputs_now(loaded: LoadedCampaign) -> tuple[Input, ...]:
    """All of them, in order; nothing where one cannot be read twice, as a pipe: nobody knows whether that changed."""
    try:
        return inputs_read(loaded)
    except Invalid:
        return ()


def inputs_read(loaded: LoadedCampaign) -> tuple[Input, ...]:
    """The same; raises `Invalid` with each that cannot be read twice."""
    files = digests_of(loaded.inputs)
    given = repr(sorted(loaded.variables.values.items())).encode("utf-8", "surrogatepass")
    variables = Input("variables", "", blake2b(given, digest_size=16).hexdigest())
    return (*sorted(Input(file.role, file.shown, file.digest) for file in files), variables)


def as_they_were(loaded: LoadedCampaign, inputs: Collection[Input]) -> bool:
    """Whether everything is now as it was when `inputs` were read; not where one of them cannot be read twice."""
    return bool(inputs) and {one[:3] for one in inputs} == {one[:3] for one in inputs_now(loaded)}


def with_rows(inputs: Iterable[Input], role: str, rows: Mapping[str, int], names: Mapping[str, str]) -> Iterator[Input]:
    """The inputs, those of one role with how many `rows` they have.

    Rows are counted by the list's name in problems, of which `names` are the paths.
    """
    by_path = Counter[str]()
    for name, count in rows.items():
        by_path[names.get(name, name)] += count
    for one in inputs:
        yield one._replace(rows=by_path[one.path]) if one.role == role else one


def names_of_lists(loaded: LoadedCampaign) -> dict[str, str]:
    """The files that rows come from as every checkout calls them, by their names in problems."""
    path_of = {file.path: file.shown for file in loaded.inputs}
    recipients = loaded.campaign.recipients
    named = (*recipients.lists, *recipients.exclude)
    files = {loaded.shown(name): loaded.file(name) for name in named} | {loaded.document.path: loaded.path}
    known = ((shown, path_of.get(path.absolute().parent.resolve() / path.name)) for shown, path in files.items())
    return {shown: name for shown, name in known if name}
