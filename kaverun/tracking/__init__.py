"""What became of messages after the provider took them, asked for until it is final."""
