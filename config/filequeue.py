"""The embedded queue: kombu's filesystem transport with messages that appear whole.

kombu writes a message file in place, so a reader can take it while it is still empty and the worker dies on it
(kombu #1551). Here a message is written under a name no queue reads, then renamed.
"""

import time
import uuid
from pathlib import Path

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        half_written = folder / f"{name}.part"
        half_written.write_bytes(str_to_bytes(dumps(payload)))
        half_written.replace(folder / name)


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES["embedded"] = "config.filequeue:Transport"
