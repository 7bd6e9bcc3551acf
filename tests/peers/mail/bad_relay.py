#!/usr/bin/env python3
"""A relay that misbehaves on demand, by the local part of the recipient (needs PyPI aiosmtpd).

    bad_relay.py [--port N] [--log FILE]     prints the port when ready, runs until TERM

    later-rcpt@…   450 at RCPT            never-rcpt@…   550 at RCPT
    later-data@…   451 after the dot      never-data@…   554 after the dot
    later-N@…      451 after the dot N times, then 250 (N a number)
    stall@…        never answers the dot  drop@…         hangs up after the dot, though it keeps the mail
    die@…          hangs up in the middle of DATA; every second time it takes the mail

Each mail that reached its dot is one JSON line in FILE: {"to", "message_id", "answer"}.
"""
import argparse
import asyncio
import email
import json
import re
import signal

from aiosmtpd.smtp import SMTP


class Manners:
    def __init__(self, log):
        self.log = log
        self.tries = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local == "later-rcpt":
            return "450 4.2.0 later"
        if local == "never-rcpt":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        answer = "250 2.0.0 taken"
        for address in envelope.rcpt_tos:
            answer = await self.answer(server, address)
            self.note(address, envelope.content, answer)
        if answer == "hang up":
            server.transport.abort()
            return "421 4.3.2 gone"
        if answer == "silence":
            await asyncio.sleep(3600)
        return answer

    async def answer(self, server, address):
        local = address.split("@")[0]
        seen = self.tries[address] = self.tries.get(address, 0) + 1
        limited = re.fullmatch(r"later-(\d+)", local)
        if limited and seen <= int(limited[1]) or local == "later-data":
            return "451 4.3.0 later"
        return {"never-data": "554 5.6.0 no", "stall": "silence", "drop": "hang up"}.get(local, "250 2.0.0 taken")

    def note(self, to, content, answer):
        message_id = email.message_from_bytes(content)["Message-ID"]
        self.log.write(json.dumps({"to": to, "message_id": message_id, "answer": answer}) + "\n")
        self.log.flush()


class Dying(SMTP):
    """Hangs up within DATA for die@…, every other time."""

    deaths = 0

    async def smtp_DATA(self, arg):
        if self.envelope and any(a.startswith("die@") for a in self.envelope.rcpt_tos):
            Dying.deaths += 1
            if Dying.deaths % 2:
                await self.push("354 go on")
                await self._reader.read(20)
                self.transport.abort()
                return
        await super().smtp_DATA(arg)


async def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--port", type=int, default=0)
    args.add_argument("--log", default="/dev/null")
    args = args.parse_args()
    with open(args.log, "a", encoding="utf-8") as log:
        manners = Manners(log)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Dying(manners, loop=loop, hostname="relay.test"), "127.0.0.1", args.port)
        print(server.sockets[0].getsockname()[1], flush=True)
        stop = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()
        server.close()


asyncio.run(main())
