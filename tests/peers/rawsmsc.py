"""An SMSC without manners: raw sockets that answer binds and submits with whatever octets a test asks for."""

import socket
import struct
import threading

from processes import PATIENCE_S, wait_until

GENERIC_NACK = 0x80000000
SUBMIT_SM, DELIVER_SM, ENQUIRE_LINK, UNBIND = 0x04, 0x05, 0x15, 0x06
BINDS = (0x01, 0x02, 0x09)
RESPONSE = 0x80000000


def pdu(command: int, status=0, sequence=1, body=b"") -> bytes:
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


class RawSmsc:
    """Binds are answered well. `on_bound(send)` and `on_submit(send, sequence, body)` may be set; each gets a function that writes octets. Without
    `on_submit`, or when it returns True, a submit is answered well with the next id. `submits` holds the bodies, `nacks` the sequences of generic_nacks,
    `answers` (command, status, sequence) of the responses to what we sent, `sessions` the number of binds so far."""

    def __init__(self, password_file):
        password_file.write_text("pw")
        self.password_file = password_file
        self.on_bound = self.on_submit = None
        self.submits, self.nacks, self.answers, self.sessions = [], [], [], 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def demo_flags(self) -> list:
        return ["--smsc", f"127.0.0.1:{self.port}", "--smsc-system-id", "gateway", "--smsc-password-file", self.password_file]

    def wait_bound(self, timeout_s=PATIENCE_S):
        wait_until("the gateway is bound to the SMSC", lambda: self.sessions > 0, timeout_s)

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection:
                while (header := _exactly(connection, 16)) is not None:
                    length, command, status, sequence = struct.unpack(">IIII", header)
                    body = _exactly(connection, length - 16)
                    if body is None or not self._answer(connection.sendall, command, status, sequence, body):
                        return
        except OSError:
            pass

    def _answer(self, send, command, status, sequence, body) -> bool:
        if command in BINDS:
            send(pdu(command | RESPONSE, 0, sequence, b"RAW\0"))
            self.sessions += 1
            if self.on_bound:
                self.on_bound(send)
        elif command == ENQUIRE_LINK:
            send(pdu(command | RESPONSE, 0, sequence))
        elif command == UNBIND:
            send(pdu(command | RESPONSE, 0, sequence))
            return False
        elif command == SUBMIT_SM:
            self.submits.append(body)
            if self.on_submit is None or self.on_submit(send, sequence, body):
                send(pdu(command | RESPONSE, 0, sequence, b"%d\0" % len(self.submits)))
        elif command == GENERIC_NACK:
            self.nacks.append(sequence)
        elif command & RESPONSE:
            self.answers.append((command, status, sequence))
        return True


def _exactly(connection, count: int):
    octets = b""
    while len(octets) < count:
        more = connection.recv(count - len(octets))
        if not more:
            return None
        octets += more
    return octets
