"""``manage.py seed_demo``: what the demo holds, what it refuses, and that its password is worth nothing elsewhere."""
