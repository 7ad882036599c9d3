"""The HTTP edge: what members and clerks ask, each kind of thing in a module of its own."""
