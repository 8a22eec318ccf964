from easyaudit.models import CRUDEvent

from benchmarks.peers import links


class Tenant(links.Tenant):
    pass


class Number(links.Number):
    pass


class MessageLink(links.MessageLink):
    pass


EVENTS = CRUDEvent
