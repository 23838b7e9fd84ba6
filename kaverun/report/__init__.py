"""What happened: one report of a run, in several forms."""
