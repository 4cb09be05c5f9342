"""How fast it is, as ratios to what the same answer costs at least."""
