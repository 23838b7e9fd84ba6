"""The plan as a value: what would be sent to whom, and why not to the others. Imports none of its makers."""
