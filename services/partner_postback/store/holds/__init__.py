"""Queries on what may hold a purchase, beyond the order and its click: rules against fraud."""
