"""Unit tests of click_tracking."""
