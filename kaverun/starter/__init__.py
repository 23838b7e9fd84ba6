"""What `kaverun init` writes: a campaign folder to start from, and the pipeline that plans and applies it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

from kaverun import __version__
from kaverun.files.repository import marked_root
from kaverun.schemas import schema_text

_NAME = "my-campaign"
_LONGEST_NAME = 64


def starter_files(folder: Path) -> dict[Path, str]:
    """The files of a campaign in `folder`, with their contents.

    The pipeline goes where GitHub looks for it: to the root of the repository that the folder is in.
    """
    here = folder.absolute().resolve()
    name = campaign_name(here.name)
    # GitHub looks in the root of Git's repository, whatever root kaverun.yaml marks in it.
    inside = here.relative_to(marked_root(here, (".git",)) or here).as_posix()
    workflow = _workflow(name, "" if inside == "." else inside)
    return {
        folder / "campaign.yaml": _template("campaign.yaml").replace(_NAME, name),
        folder / "campaign.schema.json": schema_text("campaign"),
        folder / "members.csv": _template("members.csv"),
        folder / "opt-outs.csv": _template("opt-outs.csv"),
        folder / ".gitignore": _template("gitignore"),
        _above(folder, inside) / f".github/workflows/kaverun-{name}.yml": workflow,
    }


def campaign_name(folder: str) -> str:
    """A name for the campaign of a folder: lower-case letters, digits and single dashes between them."""
    words = re.findall(r"[a-z0-9]+", folder.lower())
    return "-".join(words)[:_LONGEST_NAME].rstrip("-") or _NAME


def _workflow(name: str, inside: str) -> str:
    """The pipeline for a campaign `inside` a repository, "" if it is the repository itself."""
    quoted = json.dumps(inside, ensure_ascii=False)[1:-1]
    text = _template("workflow.yml").replace(_NAME, name).replace("VERSION", __version__)
    if not quoted:
        return text.replace('"FOLDER"', '"."').replace("FOLDER/", "")
    return text.replace("FOLDER", quoted)


def _above(folder: Path, inside: str) -> Path:
    """The root of the repository, written as `folder` is."""
    return folder if inside == "." else folder.joinpath(*[".."] * len(Path(inside).parts))


def _template(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")
