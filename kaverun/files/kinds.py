"""The kinds of files that hold recipients: the one place that names them, for the loader, its errors and the schema."""

from __future__ import annotations

from typing import Final, NamedTuple


class ListKind(NamedTuple):
    """A key of `recipients` that names files, the `suffixes` they are known by, and what people call one."""

    key: str
    suffixes: tuple[str, ...]
    name: str
    # A sheet may follow after #.
    has_sheets: bool = False


#: In the order in which their rows are read. Whatever has no suffix of the others is CSV.
KINDS: Final = (
    ListKind("csv", (), "a CSV file"),
    ListKind("excel", (".xlsx", ".xlsm", ".xls", ".ods"), "a workbook", has_sheets=True),
    ListKind("jsonl", (".jsonl", ".ndjson"), "a JSON Lines file"),
)
LIST_KEYS: Final = tuple(kind.key for kind in KINDS)
#: Files that look like a list and cannot be one, by suffix: what is wrong and what to do.
NO_LISTS: Final = {
    ".xlsb": "is a binary workbook, in which errors and hidden rows cannot be seen: save it as .xlsx",
    ".numbers": "is a workbook of Apple Numbers: export it as .xlsx",
    ".json": "is JSON: write each recipient as an object on a line of its own, and call the file .jsonl",
}
#: What a sheet can be named of, after #; of .xlsb too, which is refused in better words than a file not found.
WITH_SHEETS: Final = (*(suffix for kind in KINDS if kind.has_sheets for suffix in kind.suffixes), ".xlsb")


def kind_of_suffix(suffix: str) -> ListKind:
    """What a list is by its suffix, in lower case with its dot."""
    return next((kind for kind in KINDS if suffix in kind.suffixes), KINDS[0])


def misplaced(kind: ListKind) -> str:
    """What is wrong with a file of this kind below the key of another."""
    others = " and ".join(f"no {one.name.removeprefix('a ')}" for one in KINDS if one.suffixes)
    return f"is {others if kind is KINDS[0] else kind.name}: name it below {kind.key}:"


def pattern_of(kind: ListKind) -> str:
    """Names of files of this kind as a regular expression that Python and ECMA 262 understand."""
    if kind.suffixes:
        return rf"^(?=.*\.({_either(kind.suffixes)}){'(#.*)?' if kind.has_sheets else ''}$)"
    others = [suffix for one in KINDS for suffix in one.suffixes] + list(NO_LISTS)
    return rf"^(?!.*\.({_either(others)})(#.*)?$)"


def _either(suffixes: tuple[str, ...] | list[str]) -> str:
    # Neither of the two has a flag for one part of a pattern that both know.
    return "|".join("".join(f"[{letter}{letter.upper()}]" for letter in suffix[1:]) for suffix in suffixes)
