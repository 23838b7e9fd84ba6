"""Cells of the CSV files people open in a spreadsheet."""

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(_RUNS_AS_FORMULA) else text
