"""The website over HTTP answers of the services behind it, and a real Redis."""
