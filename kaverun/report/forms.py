"""The forms of a report, named here once for the command, the library and files that are overwritten."""

from __future__ import annotations

from typing import Final, NamedTuple


class Form(NamedTuple):
    """The name of a form, the suffix of its files, and how each of them begins, by which it is recognised."""

    name: str
    suffix: str
    begins: bytes
    line_end: str = "\n"


FORMS: Final = {
    form.name: form
    for form in (
        Form("json", ".json", b'{\n  "version"'),
        Form("csv", ".csv", "\ufeffrow,key,phone,line,action".encode(), "\r\n"),
        # A ZIP file like many; its author is named inside.
        Form("xlsx", ".xlsx", b"PK\x03\x04"),
        Form("markdown", ".md", b"### kaverun "),
    )
}


def form_of_suffix(suffix: str) -> str:
    """The form that a file's suffix asks for, csv if it asks for none."""
    return next((form.name for form in FORMS.values() if form.suffix == suffix.lower()), "csv")
