"""What ``manage.py demo_tamper`` does: what somebody who owns the database, and has stolen the signing key, could do.
Nothing of it is in a production system (see the package above)."""
