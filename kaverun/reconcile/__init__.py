"""The ledger next to what the provider lists: what one of them has and the other has not."""
