"""What goes on by itself, beside the requests: each a loop that may be killed at any line."""
