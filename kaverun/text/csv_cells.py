"""Cells of the CSV files people open in a spreadsheet."""

#: What a spreadsheet takes a text for a formula by, where it begins so.
RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(RUNS_AS_FORMULA) else text


def text_of_cell(cell: str) -> str:
    """What `safe_cell` was given."""
    return cell[1:] if cell.startswith("'") and cell.startswith(RUNS_AS_FORMULA, 1) else cell
