"""What waits, and what a clerk decides about it: read again, released, refused."""
