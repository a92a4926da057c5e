#!/usr/bin/env python3
"""Django's commands, on the stack that `make run` keeps running in $ASNHR_HOME (or on DATABASE_URL, when it is set)."""

import gc
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
# They read code only. `check` and `makemigrations` skip what they cannot ask a database.
NEED_NO_DATABASE = {
    "api_schema",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "spectacular",
    "version",
}
# Only these run as the owner of the tables; all others as the application, under row security.
NEED_OWNER = {"migrate", "showmigrations", "sqlmigrate"}


def main() -> int:
    in_virtual_environment()
    # A command loads a million objects that all stay: looking for garbage among them every 700 takes a tenth of its
    # start.
    gc.set_threshold(50_000, 20, 20)
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asnhr.settings.local")
    if not os.environ.get("DATABASE_URL"):
        from asnhr.stack.home import Home, home_from_environment

        home = Home(home_from_environment())
        if home.is_running():
            for key, value in home.read_env().items():
                os.environ.setdefault(key, value)
        elif command not in NEED_NO_DATABASE and not command.startswith("-"):
            print(  # noqa: T201 - the answer to a person at a terminal
                f"ASNHR belum berjalan pada folder data {home.path}. Jalankan dahulu `make run` di jendela lain "
                "(dengan ASNHR_HOME yang sama), atau isi DATABASE_URL.",
                file=sys.stderr,
            )
            return 1
    if command in NEED_OWNER:
        owner = os.environ.get("DATABASE_OWNER_URL")
        if not owner:
            print(  # noqa: T201
                f"`{command}` dijalankan oleh pemilik basis data: isi juga DATABASE_OWNER_URL (peran asnhr_owner).",
                file=sys.stderr,
            )
            return 1
        os.environ["DATABASE_URL"] = owner

    from django.core.management import execute_from_command_line

    from asnhr.scope import DOOR

    # What the audit trail says of changes by commands.
    DOOR.set("perintah")
    execute_from_command_line(sys.argv)
    return 0


def in_virtual_environment() -> None:
    """Go on with the project's own Python when this one lacks Django."""
    try:
        import django  # noqa: F401
    except ImportError:
        own = PROJECT / ".venv" / "bin" / "python"
        if not own.exists() or os.environ.get("ASNHR_OWN_PYTHON"):
            sys.exit("Paket ASNHR belum terpasang. Jalankan dahulu `make run`; perintah itu memasangnya ke .venv.")
        os.environ["ASNHR_OWN_PYTHON"] = "1"
        os.execv(own, [str(own), *sys.argv])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(main())
