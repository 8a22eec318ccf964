"""The web server, in development and in production alike. Options on its command line win."""

import gc
from typing import Any

worker_class = "gthread"
workers = 2
threads = 8  # more than downloads at once (wisely_security/reports/download/download_slots.py)
timeout = 60  # seconds; also for a client that neither sends nor takes anything (pre_request)
graceful_timeout = 10  # seconds; then a process is killed
TO_RECORD = 3  # of them, for the downloads that do not end in time
OBJECTS_A_COLLECTION = 10_000  # a page makes thousands that are gone with it
accesslog = None  # the reverse proxy's business
loglevel = "warning"
control_socket_disable = True

# By itself gunicorn lets a caller from 127.0.0.1, and any on a Unix socket, choose scheme and path. Here nobody does:
# TRUSTED_PROXIES and TRUST_X_FORWARDED_PROTO alone decide what the application accepts from a proxy.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
header_map = "drop"  # X_Forwarded_For would be taken for X-Forwarded-For
proxy_protocol = False


def pre_request(worker: Any, request: Any) -> None:
    """A thread waits for a client's socket no longer than ``timeout``; by itself gthread would wait for ever."""
    request.unreader.sock.settimeout(worker.cfg.timeout)


def post_worker_init(worker: Any) -> None:
    """Each web process sends what lies in the outbox and new checkpoints, and derives what events call for. Where there
    are several cells, it watches for one that doesn't answer.

    It ends before it would be killed.
    """
    from wisely_security.database.cells.routing import has_cells  # not before Django is set up
    from wisely_security.database.cells.silence import Watch
    from wisely_security.ledger.derived.projectors import ProjectorThread
    from wisely_security.workspace.outbox.mail_worker import MailWorker
    from wisely_security.workspace.receivers.worker import CheckpointWorker

    worker.cfg.set("graceful_timeout", max(worker.cfg.graceful_timeout - TO_RECORD, 1))
    worker.helpers = [MailWorker(), CheckpointWorker(), ProjectorThread()]
    if has_cells():
        worker.helpers.append(Watch(worker.cfg.threads))
    for helper in worker.helpers:
        helper.start()
    gc.freeze()  # what is loaded by now stays: nothing of it has to be looked through again
    gc.set_threshold(OBJECTS_A_COLLECTION)


def worker_exit(server: Any, worker: Any) -> None:
    if not hasattr(worker, "helpers"):  # it did not even start
        return
    from wisely_security.reports.download.export import give_up_all

    give_up_all()
    for helper in worker.helpers:
        helper.request_stop()
    for helper in worker.helpers:
        helper.stop()
