"""What every floor may use: money, errors, ids, the clock, pages. No business word in it."""
