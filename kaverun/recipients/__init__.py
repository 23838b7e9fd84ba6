"""Who is written to: lists, phone numbers, and the choice among the rows."""
