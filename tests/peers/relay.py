"""A mail relay that misbehaves on order, and keeps what it took: raw SMTP on a thread of its own."""

import email
import email.policy
import socket
import socketserver
import threading
import time
from dataclasses import dataclass

# What it does with the next mails, by the step at which it happens.
BEHAVIOURS = (
    "well",  # takes them
    "refuse_greeting",  # 421 instead of a greeting
    "refuse_mail",  # 451 to MAIL FROM
    "refuse_rcpt",  # 450 to RCPT TO
    "refuse_rcpt_for_good",  # 550 to RCPT TO
    "refuse_data",  # 451 to DATA
    "refuse_text",  # 452 after the dot
    "stall_greeting",  # says nothing, holds the connection
    "stall_text",  # reads the text, never answers
    "die_in_text",  # closes in the middle of DATA
    "die_after_dot",  # keeps the mail, closes without the 250: the sender cannot know
)
STALL_S = 600


@dataclass
class Taken:
    """`answered`: whether the 250 was written."""

    envelope_from: str
    envelope_to: list
    raw: bytes
    answered: bool

    @property
    def mail(self):
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])


class Relay:
    def __init__(self, behaviour="well"):
        self.behaviour, self.taken, self.seen_ids = behaviour, [], []
        self._lock, self._open = threading.Lock(), set()
        self._server, self.port = None, 0
        self.listen()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def listen(self):
        """Listens (again), on the port it had."""
        relay = self

        class Dialogue(socketserver.StreamRequestHandler):
            def handle(self):
                with relay._lock:
                    relay._open.add(self.connection)
                try:
                    relay._talk(self)
                except OSError:
                    pass
                finally:
                    with relay._lock:
                        relay._open.discard(self.connection)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", self.port), Dialogue)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        """Connections are refused from here on."""
        self._server.shutdown()
        self._server.server_close()
        self.cut()

    def cut(self):
        """Ends every open connection, the stalled ones too."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def behave(self, behaviour: str):
        assert behaviour in BEHAVIOURS, behaviour
        self.behaviour = behaviour
        self.cut()

    def mails(self) -> list:
        with self._lock:
            return list(self.taken)

    def _talk(self, dialogue):
        def say(line):
            dialogue.wfile.write(line.encode() + b"\r\n")
            dialogue.wfile.flush()

        how = self.behaviour
        if how == "stall_greeting":
            return self._stall(dialogue)
        if how == "refuse_greeting":
            return say("421 4.3.2 not now")
        say("220 relay ready")
        sender, recipients = None, []
        while line := dialogue.rfile.readline(4096):
            how = self.behaviour
            words = line.decode("latin1").strip()
            verb = words[:4].upper()
            if verb == "EHLO":
                say("250-relay\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 SIZE 10000000")
            elif verb == "MAIL":
                if how == "refuse_mail":
                    say("451 4.3.0 try later")
                    continue
                sender, recipients = _address(words), []
                say("250 2.1.0 fine")
            elif verb == "RCPT":
                if how in ("refuse_rcpt", "refuse_rcpt_for_good"):
                    say("450 4.2.1 try later" if how == "refuse_rcpt" else "550 5.1.1 nobody here")
                    continue
                recipients.append(_address(words))
                say("250 2.1.5 fine")
            elif verb == "DATA":
                if how == "refuse_data" or not recipients:
                    say("451 4.3.0 try later" if recipients else "503 5.5.1 whom for?")
                    continue
                say("354 go on")
                if not self._take(dialogue, say, how, sender, recipients):
                    return
            elif verb == "QUIT":
                return say("221 2.0.0 bye")
            elif verb in ("RSET", "NOOP", "HELO"):
                say("250 2.0.0 fine")
            else:
                say("500 5.5.2 not here")

    def _take(self, dialogue, say, how, sender, recipients) -> bool:
        """Reads the text; whether the dialogue goes on."""
        lines = []
        while line := dialogue.rfile.readline(100_000):
            if line == b".\r\n":
                break
            if how == "die_in_text" and lines:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        else:
            return False
        taken = Taken(sender, recipients, b"".join(lines), answered=how == "well")
        with self._lock:
            self.seen_ids.append(taken.message_id)
        if how == "stall_text":
            self._stall(dialogue)
            return False
        if how == "refuse_text":
            say("452 4.3.1 no room")
            return True
        with self._lock:
            self.taken.append(taken)
        if how == "die_after_dot":
            return False
        say("250 2.0.0 taken")
        return True

    def _stall(self, dialogue):
        """Until the other side, or `cut`, ends the connection."""
        dialogue.connection.settimeout(STALL_S)
        deadline = time.monotonic() + STALL_S
        while time.monotonic() < deadline and dialogue.connection.recv(4096):
            pass


def _address(words: str) -> str:
    return words[words.index("<") + 1 : words.index(">")] if "<" in words else ""
