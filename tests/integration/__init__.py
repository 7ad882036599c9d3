"""Tests of one part each: tests/integration/<service>/test_<behaviour>.py."""
