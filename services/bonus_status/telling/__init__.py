"""What a member is told of a bonus: when to expect it, and why it is as it is. Pure."""
