"""The services: each owns its data, and knows the others through topics and HTTP alone."""
