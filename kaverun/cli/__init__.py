"""The command line: a module per command, imported only when it is called."""

import gc

# Imports create about a hundred thousand objects that stay: scanning them for garbage as often as Python does by
# default takes a twentieth of a short command's time.
gc.set_threshold(100_000)
