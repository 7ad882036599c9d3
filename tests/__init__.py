"""The tests: by need (unit, integration, contract, architecture, journeys, faults, bench)."""
