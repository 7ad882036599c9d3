"""What docker-compose.yml runs once, beside the services: set-up, demo data, the story."""
