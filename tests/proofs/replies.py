"""Replies to some of the texts of a load, each once, and what became of them: kept once, mailed under one Message-ID."""


class Replies:
    """`sent`: serial → what was answered to its text."""

    def __init__(self, smsc, relay, share=20):
        """Every `share`th text is answered."""
        self.smsc, self.relay, self.share, self.sent, self._read = smsc, relay, share, {}, 0

    def go_on(self):
        """Answers what arrived since the last time."""
        from books import SERIAL

        submits = self.smsc.accepted()
        for submit in submits[self._read :]:
            found = SERIAL.search(submit["text"])
            serial = int(found[1]) if found else 0
            if serial and serial % self.share == 0 and serial not in self.sent:
                self.sent[serial] = f"answer to {serial}"
                self.smsc.reply(submit["dst"], submit["src"], self.sent[serial])
        self._read = len(submits)

    def mails(self) -> dict:
        """First line of each reply's mail → its Message-IDs."""
        found = {}
        for taken in self.relay.mails():
            if str(taken.mail["Subject"]).startswith("Reply from"):
                found.setdefault(taken.mail.get_content().split("\n")[0].rstrip("\r"), []).append(taken.message_id)
        return found

    def close(self, rest) -> str:
        """Once no more texts leave: every reply was kept once, and mailed under one Message-ID."""
        from processes import wait_until

        self.smsc.wait_delivered(60)
        self.go_on()
        self.smsc.wait_delivered(60)
        kept, sent = [r["text"] for r in rest.inbound()], self.sent.values()
        assert sorted(kept) == sorted(sent), f"{len(kept)} replies kept of {len(sent)} sent"
        wait_until("every reply was mailed", lambda: set(self.mails()) >= set(sent), 90, 0.5)
        mails = self.mails()
        twice = {text: ids for text, ids in mails.items() if len(set(ids)) > 1}
        assert not twice, f"mailed under two Message-IDs: {list(twice.items())[:3]}"
        return f"{len(kept)} replies, {sum(map(len, mails.values())) - len(kept)} of their mails repeated"
