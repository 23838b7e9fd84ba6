"""Cells of the CSV files people open in a spreadsheet."""

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(_RUNS_AS_FORMULA) else text


def text_of_cell(cell: str) -> str:
    """What `safe_cell` was given."""
    return cell[1:] if cell.startswith("'") and cell.startswith(_RUNS_AS_FORMULA, 1) else cell
