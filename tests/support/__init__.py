"""What tests share: servers, databases, topics, and a running stack."""
