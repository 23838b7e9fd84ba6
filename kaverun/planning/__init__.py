"""Makes plans: every row decided, every finding gathered, limits and prices held against them."""
