"""What would be sent to whom, and why not to the others: decided before anything leaves."""
