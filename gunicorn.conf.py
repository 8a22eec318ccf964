"""The web server, in development and in production alike. Options on its command line win."""

from typing import Any

worker_class = "gthread"
workers = 2
threads = 4  # more than downloads at once (wisely_security/reports/turns.py)
timeout = 60  # seconds; also for a client that neither sends nor takes anything (pre_request)
graceful_timeout = 10  # seconds a download may take to end when the site is stopped
accesslog = None  # the reverse proxy's business
loglevel = "warning"
control_socket_disable = True


def pre_request(worker: Any, request: Any) -> None:
    """A thread waits for a client's socket no longer than ``timeout``; by itself gthread would wait for ever."""
    request.unreader.sock.settimeout(worker.cfg.timeout)


def post_worker_init(worker: Any) -> None:
    """Each web process sends what lies in the outbox, and follows events."""
    from wisely_security.ledger.follow import Follower  # not before Django is set up
    from wisely_security.workspace.outbox.postman import Postman

    worker.helpers = [Postman(), Follower()]
    for helper in worker.helpers:
        helper.start()


def worker_exit(server: Any, worker: Any) -> None:
    helpers = getattr(worker, "helpers", ())  # none, where it did not even start
    for helper in helpers:
        helper.tell_to_stop()
    for helper in helpers:
        helper.stop()
