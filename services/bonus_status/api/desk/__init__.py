"""What clerks look at: clicks of a member or by their id, and figures by day for reports."""
