"""What letters, numbers and dates are: phones, parts, Persian, and wording that many rooms share."""
