"""Tests of the local stack and of what judges it."""
