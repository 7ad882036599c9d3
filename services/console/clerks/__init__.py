"""Who the clerks are, how they prove it, and how long that counts."""
