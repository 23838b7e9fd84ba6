"""Compares the ledger with what the provider lists: what one has and the other does not."""
