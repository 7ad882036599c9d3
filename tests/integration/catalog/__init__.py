"""The catalogue on a real PostgreSQL: imports, constraints, the JSON API and the shop window."""
