"""A cheap, honest Kavenegar in a process of its own: written from the API document, it imports nothing of kaverun."""
