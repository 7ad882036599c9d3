"""The HTTP edge: partners' postbacks, what partners and clerks may read, and the clerk's desk."""
