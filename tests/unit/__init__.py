"""Tests of one part each: tests/unit/<service>/test_<behaviour>.py."""
