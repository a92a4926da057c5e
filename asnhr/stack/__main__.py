"""`python -m asnhr.stack run|stop`: what make hands over to."""

import sys

from .errors import StackError
from .supervisor import Supervisor, stop_running


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if command == "run":
            return Supervisor().run()
        if command == "stop":
            return stop_running()
    except StackError as error:
        print(f"GALAT: {error}", file=sys.stderr, flush=True)  # noqa: T201 - the answer to a person
        return 1
    print("Pakai: python -m asnhr.stack run | stop", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main())
