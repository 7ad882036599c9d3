"""Reports: figures of the services as tables, plots drawn on the server, and CSV."""
