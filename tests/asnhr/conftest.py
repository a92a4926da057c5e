"""What the owner of the database may do to the audit trail."""

import pytest


@pytest.fixture
def forge(owner_connection):
    """Run a statement as the owner with all triggers off: what the trail must still betray."""

    def run(statement, *arguments):
        with owner_connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, arguments)
            cursor.execute("RESET session_replication_role")
            return cursor

    return run
