"""The command line: a module per command, imported only when it is called."""
