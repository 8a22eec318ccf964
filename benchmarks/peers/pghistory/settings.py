"""As its documentation recommends: the model tracked, the middleware after authentication."""

from benchmarks.peers.settings import *  # noqa: F403
from benchmarks.peers.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "pgtrigger", "pghistory"]
MIDDLEWARE = [*MIDDLEWARE, "pghistory.middleware.HistoryMiddleware"]
