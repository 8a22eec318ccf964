from wisely_security.tenancy.models import User, UserStatus

from ..saved_views.parameters import REPORTS


def may_receive(user: User, record: str) -> bool:
    """Who is active and may download the record: what the link of a report leads to is a download."""
    return user.status == UserStatus.ACTIVE and user.may(REPORTS[record].download_permission)
