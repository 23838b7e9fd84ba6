"""What one recipient reads: rendering, parts, price, Persian text."""
