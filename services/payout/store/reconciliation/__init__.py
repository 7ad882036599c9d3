"""The operator's files, what they were matched with, and the cases; nothing here commits."""
