from auditlog.models import LogEntry
from auditlog.registry import auditlog

from benchmarks.peers import links


class Tenant(links.Tenant):
    pass


class Number(links.Number):
    pass


class MessageLink(links.MessageLink):
    pass


auditlog.register(MessageLink)
EVENTS = LogEntry
