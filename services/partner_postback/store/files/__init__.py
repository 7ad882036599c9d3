"""Queries on uploaded files: keeping and applying their rows, and reporting on them."""
