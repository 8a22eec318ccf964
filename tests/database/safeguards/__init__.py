"""What ``manage.py check --database default`` finds in a database in which a safeguard is missing."""
