"""Whether events, logs and checkpoints are what was sealed (``manage.py verify``)."""
