"""Text-message gateways: where the outbox goes. An installation names its own in OUTBOX_GATEWAY.

A gateway is a class without arguments whose `send` hands one message over. It raises GatewayError where the other side
has certainly not taken it: that is tried again. It raises GatewayUnsure where nobody can tell: that is not tried again
by itself, so that nobody gets a message twice. `remembers_keys` says that the other side knows a key it has seen and
takes the same message once; only then is a message handed over again after a worker died with it.
"""

import hashlib
import json
import os
import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Protocol

from django.conf import settings

#: Seconds to wait for an answer of the mail server.
PATIENCE = 20


class GatewayError(Exception):
    """It was not taken; it will be tried again. The text is kept with the message."""


class GatewayUnsure(Exception):
    """It may have been taken or not; a person decides. The text is kept with the message."""


class Gateway(Protocol):
    remembers_keys: bool

    def send(self, *, key: str, name: str, phone: str, text: str) -> None: ...


class FileGateway:
    """One JSON file a message in OUTBOX_DIR, for another program to pick up; written whole or not at all."""

    remembers_keys = True  # the file's name is the key's

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


class SmtpGateway:
    """A provider that takes messages by mail to <phone>@OUTBOX_SMTP_DOMAIN, one connection a message.

    The key goes along as the Message-ID. Mail servers do not promise to know one that they have seen.
    """

    remembers_keys = False

    def send(self, *, key: str, name: str, phone: str, text: str) -> None:
        domain = settings.OUTBOX_SMTP_DOMAIN
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Date"] = settings.OUTBOX_SMTP_SENDER, f"{phone}@{domain}", formatdate()
        mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"
        mail.set_content(text, charset="utf-8", cte="base64")
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise GatewayError(f"连不上短信网关：{error}") from error
        try:
            connection.send_message(mail)
        except smtplib.SMTPServerDisconnected as error:
            raise GatewayUnsure("短信网关在接收时断开了连接，不知道有没有收下") from error
        except smtplib.SMTPException as error:
            raise GatewayError(f"短信网关没有收下：{error}") from error
        except OSError as error:
            raise GatewayUnsure(f"短信网关没有回答，不知道有没有收下：{error}") from error
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        connection = smtplib.SMTP(settings.OUTBOX_SMTP_HOST, settings.OUTBOX_SMTP_PORT, timeout=PATIENCE)
        if settings.OUTBOX_SMTP_TLS:
            connection.starttls()
        if settings.OUTBOX_SMTP_USER:
            connection.login(settings.OUTBOX_SMTP_USER, settings.OUTBOX_SMTP_PASSWORD)
        return connection
