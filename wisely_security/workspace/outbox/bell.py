"""Rung when something new lies in the outbox, so that the postman of this process does not wait for the next look."""

import threading

bell = threading.Event()
