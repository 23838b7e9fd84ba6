"""kaverun for programs: the same path as the command's, with the same promises, as functions over values.

`from kaverun import load, plan, apply, status, report, Client, Sandbox` gives what is here; `docs/library.md` shows it
in use. Whatever protects people applies here as it does to the command: limits, deadline, quiet hours, consent, digest.
"""
