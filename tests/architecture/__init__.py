"""Rules of shape that a reader can rely on: who imports whom, how large it grows, what is tidy."""
