"""kaverun for programs: the same way through as the command's, with the same promises, as functions over values.

`from kaverun import load, plan, apply, status, report, Client, Sandbox` gives what is here; `docs/library.md` shows it
in use. Whatever protects people holds here as it does for the command: limits, deadline, quiet hours, consent, digest.
"""
