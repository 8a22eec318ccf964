import pghistory

from benchmarks.peers import links


class Tenant(links.Tenant):
    pass


class Number(links.Number):
    pass


@pghistory.track()
class MessageLink(links.MessageLink):
    pass


EVENTS = MessageLink.pgh_event_model
