"""What ``manage.py seed_demo`` makes: people, and sixty days of what they did."""
