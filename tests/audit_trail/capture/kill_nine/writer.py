"""One of the writers that get killed."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from uuid import UUID

from django.db import Error, connections, transaction

from wisely_security.core.request_context import RequestContext, using
from wisely_security.tenancy.models import Tenant, User
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.waba_numbers import WabaNumber

from .notes import Notes

# What a transaction has written: each value, and into how many records.
Written = dict[object, tuple[str, int]]


class Undo(Exception):  # noqa: N818
    pass


def write(tenant_id: UUID, notes: Path, name: str, records: int) -> None:
    """Until somebody kills it."""
    writer = Writer(tenant_id, name, records)
    with notes.open("w") as file, using(RequestContext(tenant_id=tenant_id)):
        while True:
            writer.written = {}
            try:
                writer.one_transaction()
            except Undo:
                Notes.write(file, [(value, 0) for value, _ in writer.written.values()])
            except Error:  # refused (two writers met), or the server is gone: the outcome is unknown
                with suppress(Error):
                    connections["default"].close()
                time.sleep(0.02)
            else:
                Notes.write(file, list(writer.written.values()))


class Writer:
    def __init__(self, tenant_id: UUID, name: str, records: int) -> None:
        self.tenant_id, self.records = tenant_id, records
        self.chance = random.Random(name)
        self.values = (f"{name}-{number}" for number in count())
        self.written: Written = {}

    def one_transaction(self) -> None:
        with transaction.atomic():
            for _ in range(self.chance.choice([1, 1, 1, 3])):
                self.one_write()
            if self.chance.random() < 0.1:
                raise Undo

    def one_write(self) -> None:
        number = WabaNumber.objects.order_by("?").first()
        group = BusinessGroup.objects.order_by("?").first()
        what = self.chance.randrange(8)
        if number is None or (what == 0 and WabaNumber.objects.count() < self.records):
            WabaNumber.objects.bulk_create(self.new_number() for _ in range(3))
        elif group is None or (what == 1 and BusinessGroup.objects.count() < self.records):
            owner = Tenant.objects.get().super_admin_id
            BusinessGroup(tenant_id=self.tenant_id, name=self.value(), owner_id=owner).save()
        elif what == 2:
            number.about = self.value()
            number.save(update_fields=["about"])  # and not what others have written in between
        elif what == 3:
            several = WabaNumber.objects.filter(display_name__lt=number.display_name)
            value = self.value()
            self.written[value] = value, several.update(website=value)
        elif what in (4, 5):
            self.edit_group(group)
        elif what == 6:
            number.delete()
        else:
            group.delete()

    def edit_group(self, group: BusinessGroup) -> None:
        """However many changes in a transaction, there is one event, with the last value."""
        users = list(User.objects.all())
        group.description = next(self.values)
        group.save(update_fields=["description"])
        self.written[group.pk] = group.description, 1
        group.users.set(self.chance.sample(users, self.chance.randint(0, len(users))))
        group.users.add(self.chance.choice(users))

    def new_number(self) -> WabaNumber:
        digits = self.chance.randrange(10**12)
        return WabaNumber(tenant_id=self.tenant_id, number=f"+1{digits:012}", display_name=self.value())

    def value(self) -> str:
        value = next(self.values)
        self.written[value] = value, 1
        return value
