"""Every web process, asked over HTTP what its own contract allows, and what it forbids."""
