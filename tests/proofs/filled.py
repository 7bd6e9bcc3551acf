"""Databases filled by SQL: a thousand texts that went through, multiplied, each with its attempt, events, pair, charge, receipt and mail, to handsets of their own."""

import os
import sqlite3
import time
from pathlib import Path

PATTERN = 1_000
TABLES = "sms attempts events pairs cursors cdrs receipts mails inbound".split()
# Ids are milliseconds above 22 bits.
ID_BITS = 22
IDS = "id sms_id attempt_id event_id inbound_id".split()
TIMES = "accepted_at valid_until due_at marked_at answered_at receipt_at at opened_at closes_at superseded_at done_at arrived_at dated_at".split()

# All copies were accepted on the day of the first, as far as quotas are concerned.
QUOTA = "UPDATE quota_use SET used = used * (1 + {})"


class Books:
    """A gateway with its SMSC and relay, and what is stored in its database."""

    def __init__(self, where: Path, cluster, settings: dict):
        from gateway import Gateway
        from relay import Relay
        from smsc import Smsc

        self.cluster, self.smsc, self.relay = cluster, Smsc(where / "smsc"), Relay()
        self.gateway = Gateway(where / "gateway", cluster, self.smsc, self.relay.address, settings).start()

    def pattern(self, answered=0):
        """A thousand texts with all that belongs to them, so many of them answered; then it stops."""
        from processes import wait_until

        began = time.monotonic()
        self.smsc.script(dlr=1, dlrms=50)
        to = [f"+6141{n:07d}" for n in range(PATTERN)]
        self.gateway.rest().post(to, "One of the thousand that all others are made of").expect(202)
        wait_until("every receipt was mailed", lambda: len(self.relay.mails()) >= PATTERN, 120, 0.2)
        for submit in self.smsc.accepted()[:answered]:
            self.smsc.reply(submit["dst"], submit["src"], "One of the answers")
        wait_until("every answer was mailed", lambda: len(self.relay.mails()) >= PATTERN + answered, 120, 0.2)
        time.sleep(1)
        self.gateway.stop()
        self.step_ms = int((time.monotonic() - began) * 1000)

    def multiply(self, texts: int):
        """To so many, by SQL; the gateway does not run."""
        began = time.monotonic()
        run = self._in_postgres if self.cluster else self._in_sqlite
        run(texts // PATTERN - 1)
        # Or the system would write it while something else is measured.
        os.sync()
        print(f"  {texts:,} texts stored in {time.monotonic() - began:.0f} s")

    def _in_sqlite(self, copies: int):
        path = next(self.gateway.data.glob("*.db"))
        with sqlite3.connect(path, isolation_level=None) as base:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=FILE"):
                base.execute(f"PRAGMA {pragma}")
            base.execute("CREATE TEMP TABLE copies AS WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ?) SELECT k FROM n", [copies])
            indexes = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
            for name, _ in indexes:
                base.execute(f"DROP INDEX {name}")
            for table in TABLES:
                columns = [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
                base.execute(multiplied(table, columns, "copies", self.step_ms))
            base.execute(QUOTA.format(copies))
            for _, sql in indexes:
                base.execute(sql)
            base.execute("PRAGMA journal_mode=WAL")
        print(f"  {path.stat().st_size / 1e9:.1f} GB")

    def _in_postgres(self, copies: int):
        schema = self.gateway.schema()
        for table in TABLES:
            listed = f"SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{table}'"
            columns = self.cluster.sql(listed, "emailsms").strip().split(",")
            series = f"(SELECT generate_series(1, {copies}) AS k) AS copies"
            self.cluster.sql(f"SET search_path = {schema}; {multiplied(table, columns, series, self.step_ms)}", "emailsms")
        self.cluster.sql(f"SET search_path = {schema}; {QUOTA.format(copies)}", "emailsms")
        self.cluster.sql("VACUUM ANALYZE", "emailsms")

    def verify(self):
        """Without the keys: a sealed text knows its row, and what SQL made of another's cannot be opened."""
        gateway = self.gateway
        where = ["--database", self.cluster.url, "--schema", gateway.schema()] if self.cluster else ["--database", f"sqlite:{next(gateway.data.glob('*.db'))}"]
        gateway.run("verify", *where)

    def end(self):
        self.gateway.kill()
        self.smsc.process.kill()
        self.relay.close()


def multiplied(table: str, columns: list, copies: str, step_ms: int) -> str:
    """What fills a table with copies of its rows, the oldest first: ids and times earlier by as long as the first took for each, handsets and message ids others."""

    def shifted(name: str) -> str:
        if name == "handset":
            return f"handset + {PATTERN} * k"
        if name == "legacy_id":
            return f"legacy_id + 1000000000 + {PATTERN} * k"
        if name == "message_id":
            return "message_id || '-' || k"
        if name in IDS:
            return f"{name} - k * ({step_ms << ID_BITS})"
        if name in TIMES:
            return f"{name} - k * {step_ms}"
        return name

    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(map(shifted, columns))} FROM {copies} CROSS JOIN {table} ORDER BY k DESC"
