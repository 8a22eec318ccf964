"""What ``manage.py check --database default`` says of a database in which a safeguard is missing."""
