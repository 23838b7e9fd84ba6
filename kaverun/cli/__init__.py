"""The command line: a module per command, imported only when it is called."""

import gc

# Imports make some hundred thousand objects that stay: looking for garbage among them, as often as Python does by
# default, is a twentieth of the time of a short command.
gc.set_threshold(100_000)
