"""A mail server that takes everything and says when: one line a mail, the time and the Message-ID."""

import sys
import time
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """Takes a mail, prints when it came."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Answer 250."""
        head = bytes(envelope.content[:4000]).decode("latin-1")
        line = next((each for each in head.splitlines() if each.lower().startswith("message-id:")), "")
        print(f"{time.time():.6f} {line.partition(':')[2].strip()} {len(envelope.content)}", flush=True)
        return "250 taken"


def main() -> None:
    """Serve on the port given until stdin closes."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]), data_size_limit=50_000_000)
    controller.start()
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
