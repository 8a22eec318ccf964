"""``manage.py seed_demo``: what the demo contains, what it refuses, and that its password works nowhere else."""
