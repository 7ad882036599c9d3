"""The catalogue on a real PostgreSQL: imports, constraints, and the JSON API."""
