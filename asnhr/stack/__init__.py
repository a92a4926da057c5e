"""The embedded stack: PostgreSQL, Redis and the project's own processes, for development, demo and tests.

`Stack(folder)` is the whole of it for Python; `python -m asnhr.stack run` is what `make run` starts.
"""

from pathlib import Path

from .broker import Broker
from .database import Database
from .errors import StackError
from .home import Home

__all__ = ["Stack", "StackError"]


class Stack:
    """Database and broker on one data folder. `durable=False` (tests) trades safety at a power cut for speed."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = Home(home)
        self.database = Database(self.home, durable=durable)
        self.broker = Broker(self.home, durable=durable)

    def start_database(self, *, dies_with_us: bool = False) -> None:
        """Start PostgreSQL unless it runs already; it has roles and database when this returns."""
        self.home.prepare()
        self.database.start(dies_with_us=dies_with_us)

    def start_broker(self, *, dies_with_us: bool = False) -> None:
        """Start Redis unless it runs already."""
        self.home.prepare()
        self.broker.start(dies_with_us=dies_with_us)

    def stop(self) -> None:
        """Stop both, the database last."""
        self.broker.stop()
        self.database.stop()

    def is_alive(self) -> bool:
        """Whether both processes that the pid files name are there."""
        return self.database.process() is not None and self.broker.process() is not None
