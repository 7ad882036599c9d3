"""The catalogue's rules: rates, timelines, files and listings, with no server."""
