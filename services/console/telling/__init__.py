"""What services say by code, in the clerk's language."""
