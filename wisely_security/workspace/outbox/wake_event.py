"""Set when something new lies in the outbox: the mail worker of this process need not wait for its next poll."""

import threading

wake_event = threading.Event()
