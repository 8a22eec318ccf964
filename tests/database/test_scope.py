"""The request context reaches PostgreSQL with each statement, and never outlives its transaction."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as, current
from wisely_security.tenancy.models import Role, Tenant, User

ONE, TWO = uuid4(), uuid4()


def scope_in_database() -> tuple[UUID | None, bool, str | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wisely_tenant()::text, wisely_support(), wisely_credential()")
        tenant, support, credential = cursor.fetchone()
    return UUID(tenant) if tenant else None, support, credential


@pytest.mark.usefixtures("db")
class TestInATransaction:
    def test_follows_the_context_in_and_out(self) -> None:
        assert scope_in_database() == (None, False, None)
        with acting_as(tenant_id=ONE):
            assert scope_in_database() == (ONE, False, None)
            with acting_as(support=True):
                assert scope_in_database() == (None, True, None)
            assert scope_in_database() == (ONE, False, None)
        assert scope_in_database() == (None, False, None)

    def test_survives_a_rollback_to_a_savepoint(self) -> None:
        with acting_as(tenant_id=ONE):
            scope_in_database()
            with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(tenant_id=TWO):
                assert scope_in_database()[0] == TWO
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nonsense")
            assert scope_in_database()[0] == ONE

    def test_is_gone_after_a_savepoint_that_began_with_one(self) -> None:
        with acting_as(tenant_id=ONE):
            scope_in_database()
            try:
                with transaction.atomic():
                    raise LookupError
            except LookupError:
                pass
        assert scope_in_database() == (None, False, None)

    @pytest.mark.parametrize("credential", ["100%", "it's", 'a"b', "back\\slash", "%s", "';--", "ünï@cödé.example"])
    def test_carries_any_text_beside_parameters_or_none(self, credential: str) -> None:
        with acting_as(credential=credential), connection.cursor() as cursor:
            cursor.execute("SELECT wisely_credential(), %s", ["50%"])
            assert cursor.fetchone() == (credential, "50%")
        with acting_as(credential=credential + "!"), connection.cursor() as cursor:
            cursor.execute("SELECT wisely_credential(), '50%'")
            assert cursor.fetchone() == (credential + "!", "50%")

    def test_costs_no_statement_of_its_own(self, django_assert_num_queries) -> None:
        with django_assert_num_queries(1), acting_as(tenant_id=ONE):
            scope_in_database()


@pytest.mark.usefixtures("committed")
class TestOutsideATransaction:
    def test_each_statement_has_it_and_leaves_nothing(self) -> None:
        with acting_as(tenant_id=ONE):
            assert scope_in_database()[0] == ONE
            assert scope_in_database()[0] == ONE
        assert scope_in_database() == (None, False, None)

    def test_a_committed_transaction_leaves_nothing_on_the_connection(self) -> None:
        with acting_as(tenant_id=ONE), transaction.atomic():
            assert scope_in_database()[0] == ONE
        with connection.connection.cursor() as raw:
            raw.execute("SELECT coalesce(current_setting('wisely.tenant_id', true), '')")
            assert raw.fetchone() == ("",)

    def test_each_thread_has_its_own(self) -> None:
        seen: list[object] = []

        def read() -> None:
            seen.append((current().tenant_id, scope_in_database()[0]))
            connection.close()

        with acting_as(tenant_id=ONE):
            thread = threading.Thread(target=read)
            thread.start()
            thread.join()
        assert seen == [(None, None)]


class TestRowsOutsideTheScope:
    def test_without_a_scope_there_are_no_rows(self, cast: Cast) -> None:
        assert not User.objects.exists()
        assert not Tenant.objects.exists()
        assert not Role.objects.exists()

    def test_a_tenant_sees_its_own_rows_and_an_aggregator_its_enterprises(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            assert set(User.objects.all()) == {cast.alice, cast.bob}
            assert list(Tenant.objects.all()) == [cast.acme]
        with acting_as(tenant_id=cast.initech.pk):
            assert list(User.objects.all()) == [cast.erin]
            assert set(Tenant.objects.all()) == {cast.initech, cast.globex}

    def test_a_lookup_key_gives_read_only_access_to_one_row(self, cast: Cast) -> None:
        with acting_as(credential="alice@acme.example"):
            assert list(User.objects.all()) == [cast.alice]
            assert User.objects.update(name="Mallory") == 0

    def test_rows_cannot_be_moved_to_another_tenant(self, cast: Cast) -> None:
        with (
            acting_as(tenant_id=cast.acme.pk),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            Role.objects.update(tenant=cast.globex)


def test_only_an_aggregator_owns_enterprises(cast: Cast) -> None:
    with (
        acting_as(support=True),
        pytest.raises(IntegrityError, match="tenant_aggregator_is_one"),
        transaction.atomic(),
    ):
        Tenant.objects.filter(pk=cast.globex.pk).update(aggregator=cast.acme)


class TestSuperAdmin:
    """Exactly one Super Admin per tenant, enforced by the database."""

    @pytest.fixture(autouse=True)
    def _at_once(self, cast: Cast) -> None:
        """Deferred constraints are checked at each statement, not at a commit that a test never reaches."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_cannot_be_missing(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.acme.pk), pytest.raises(IntegrityError), transaction.atomic():
            Tenant.objects.filter(pk=cast.acme.pk).update(super_admin=None)

    def test_cannot_be_of_another_tenant(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.acme.pk), pytest.raises(IntegrityError), transaction.atomic():
            Tenant.objects.filter(pk=cast.acme.pk).update(super_admin=cast.charlie)

    def test_cannot_be_deleted(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.acme.pk), pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=cast.alice.pk)._raw_delete("default")

    def test_can_be_handed_over(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            Tenant.objects.filter(pk=cast.acme.pk).update(super_admin=cast.bob)
            bob = User.objects.select_related("tenant", "role").get(pk=cast.bob.pk)
            alice = User.objects.select_related("tenant", "role").get(pk=cast.alice.pk)
        assert bob.role_name == "Super Admin"
        assert bob.is_super_admin
        assert alice.role_name == "Admin"

    def test_a_role_is_one_of_the_users_own_tenant(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.globex.pk):
            foreign = Role.objects.filter(key="admin").get()
        with acting_as(tenant_id=cast.acme.pk), pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=cast.bob.pk).update(role=foreign)
