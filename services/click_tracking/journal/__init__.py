"""The click journal: files that outlive the process, written at once, shipped later.

JOURNAL_DIR/*.journal        segments; the one being written is locked by its writer (flock),
                             and the kernel takes that lock back however the writer dies
JOURNAL_DIR/shipped/         segments that Kafka acknowledged, kept to be shipped again
JOURNAL_DIR/rejected/        clicks.journal: clicks that break their contract, never deleted by us
JOURNAL_DIR/positions.json   how far each segment is shipped

Read: frames.py (one line) → writer.py (the request's side) → segments.py, shipper.py.
"""
