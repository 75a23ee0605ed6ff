"""Text-message gateways: where the outbox goes. An installation names its own in OUTBOX_GATEWAY.

A gateway is a class without arguments whose `send` hands one message over or raises GatewayError. The same message
can be handed over twice after a crash; `key` is the same then, and the gateway is to pass it on as the provider's
request number, so that it arrives once.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Protocol

from django.conf import settings


class GatewayError(Exception):
    """It was not taken; it will be tried again. The text is kept with the message."""


class Gateway(Protocol):
    def send(self, *, key: str, name: str, phone: str, text: str) -> None: ...


class FileGateway:
    """One JSON file a message in OUTBOX_DIR, for another program to pick up; written whole or not at all."""

    def send(self, *, key: str, name: str, phone: str, text: str) -> None:
        folder = Path(settings.OUTBOX_DIR)
        path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"
        half_written = path.with_suffix(f".{os.getpid()}.part")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            half_written.write_text(
                json.dumps({"key": key, "name": name, "phone": phone, "text": text}, ensure_ascii=False), "utf-8"
            )
            half_written.replace(path)
        except OSError as error:
            raise GatewayError(f"写不进 {folder}：{error.strerror}") from error
