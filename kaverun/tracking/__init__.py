"""What became of messages after the provider accepted them, asked for until it is final."""
