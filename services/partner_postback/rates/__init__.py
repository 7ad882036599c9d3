"""What foreign currencies are worth: the central bank's daily file, read exactly and taken in."""
