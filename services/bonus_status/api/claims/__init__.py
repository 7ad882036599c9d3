"""Claims over HTTP: for members whose cashback did not come, and for clerks who look into it."""
