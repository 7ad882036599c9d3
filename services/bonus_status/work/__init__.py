"""What goes on by itself, beside requests and events: each a loop, killed at any line unharmed."""
