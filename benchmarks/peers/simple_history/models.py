from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history

from benchmarks.peers import links


class Tenant(links.Tenant):
    pass


class Number(links.Number):
    pass


class MessageLink(links.MessageLink):
    history = HistoricalRecords()


EVENTS = MessageLink.history.model


def bulk_create(records: list[MessageLink]) -> None:
    bulk_create_with_history(records, MessageLink)
