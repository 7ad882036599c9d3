"""One function per thing that happens; each takes a batch and its connection, and never commits."""
