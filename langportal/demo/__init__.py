"""Demo data for ``manage.py seed_demo``: people, and their activity of sixty days."""
