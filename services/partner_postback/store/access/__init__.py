"""Queries for readers, and what partners set up for themselves; each names whose rows it reads."""
