"""A member's settings, recovery and taken numbers, on pages before the real members service."""
