"""Tests of click_tracking on real processes and a real Kafka."""
