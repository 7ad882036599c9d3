"""Rules of the website's pages: what is found, in which order, and how it is written."""
