"""The embedded queue: kombu's filesystem transport with messages that appear whole.

kombu writes a message file in place, so a reader can take it while it is still empty and the worker dies on it
(kombu #1551). Here a message is written under a name no queue reads, then renamed. So is the table of an exchange:
kombu creates it empty and fills it, and of two processes that start at once the second would read nothing.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    # kombu's own two classes above name the second argument differently.
    def _put(self, queue: str, payload: object, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(folder / name, payload)

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / "bind.lock").open("wb") as gate:
            filesystem.lock(gate, filesystem.LOCK_EX)  # until the file is closed
            table = self.get_table(exchange)
            if entry not in table:
                _write_whole(self._exchange_file(exchange), [entry, *table])


def _write_whole(path: Path, content: object) -> None:
    """Write JSON under another name, then rename: whoever reads `path` reads all of it."""
    half_written = path.with_name(f"{path.name}.part")
    half_written.write_bytes(str_to_bytes(dumps(content)))
    half_written.replace(path)


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES["embedded"] = "config.filequeue:Transport"
