"""What a clerk can do: each act is one row of a table, performed in one way and noted twice."""
