"""Values below ledger and plan: whose message it is, the batch it travels in, and its fate."""
