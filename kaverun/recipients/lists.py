"""A list by its name: for each of `kaverun.files.kinds` what opens it, imported only where there is such a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kaverun.files.named import file_and_sheet, kind_of

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.recipients.rows import ListFile


def open_list(loaded: LoadedCampaign, name: str) -> ListFile:
    """The list that the campaign names as a source of recipients. Raises Invalid with everything wrong with it."""
    path, shown, settings = loaded.file(name), loaded.shown(name), loaded.campaign.recipients
    match kind_of(name):
        case "jsonl":
            from kaverun.recipients.json_lines import open_json_lines

            return open_json_lines(path, shown)
        case "excel":
            from kaverun.recipients.workbook.sheet import open_sheet

            return open_sheet(path, shown, file_and_sheet(name)[1])
        case _:
            from kaverun.recipients.csv_file import open_csv

            return open_csv(path, shown, settings.encoding, settings.delimiter)


def open_list_of_numbers(loaded: LoadedCampaign, name: str, is_number: Callable[[str], bool]) -> ListFile:
    """A list that the campaign excludes: it may be one column without a header, or have no rows. Raises Invalid."""
    path, shown = loaded.file(name), loaded.shown(name)
    match kind_of(name):
        case "jsonl":
            from kaverun.recipients.json_lines import open_json_lines

            return open_json_lines(path, shown, may_be_empty=True)
        case "excel":
            from kaverun.recipients.workbook.sheet import open_sheet_of_numbers

            return open_sheet_of_numbers(path, shown, file_and_sheet(name)[1], is_number)
        case _:
            from kaverun.recipients.csv_file import open_numbers

            return open_numbers(path, shown, is_number)
