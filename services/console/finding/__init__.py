"""One field for whatever a caller names, and all that happened to a member as one timeline."""
