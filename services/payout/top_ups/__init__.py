"""Top-ups: the only place where money leaves, and the only one that speaks with the operator."""
