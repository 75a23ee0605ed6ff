"""A small mail server on 127.0.0.1 that keeps what it got, refuses, or hangs up half-way: the provider's double."""

import email
import socketserver
import threading
from contextlib import contextmanager
from email.policy import default


class MailServer(socketserver.ThreadingTCPServer):
    """`behaves`: "takes", "refuses" (451 to each recipient), or "hangs_up" after the message, before the answer."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.behaves, self.mails = "takes", []

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("220 double")
        while line := self.rfile.readline():
            verb = line.split(b":")[0].strip().upper()
            if verb == b"QUIT":
                return self._say("221 bye")
            if verb == b"DATA":
                self._say("354 go on")
                if not self._take():
                    return None
            elif verb == b"RCPT TO" and self.server.behaves == "refuses":
                self._say("451 busy")
            else:
                self._say("250 ok")
        return None

    def _take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=default))
        if self.server.behaves == "hangs_up":
            return False
        self._say("250 taken")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def running():
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
