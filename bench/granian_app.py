"""`python -m bench.granian_app MODULE:FACTORY PORT`: any app, on the server and with the options of
`feedback serve`."""

import sys

from granian import Granian
from granian.constants import Interfaces


def main() -> None:
    target, port = sys.argv[1:]
    Granian(
        target,
        factory=True,
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=int(port),
        workers=1,
        workers_kill_timeout=8,
        websockets=False,
        log_enabled=True,
    ).serve()


if __name__ == "__main__":
    main()
