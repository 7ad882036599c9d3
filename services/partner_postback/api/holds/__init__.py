"""The clerk's queue of what is held, and the rules against fraud."""
