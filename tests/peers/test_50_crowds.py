"""Many at once: quotas that hold, answers that find their own sender."""

from collections import Counter

import pytest

from gateway import handsets, in_parallel
from postgres import Cluster
from processes import wait_until


def test_two_hundred_parallel_sends_at_quota_one_hundred_give_one_hundred(plain, numbers):
    user = plain.add_user()
    plain.admin("quota", "set", company=plain.facts["company"]["name"], email=user["email"], parts=100)
    rest, soap = plain.rest(user), plain.soap(user)
    targets = [next(numbers) for _ in range(200)]

    def send(n):
        if n % 4 == 3:
            return {0: 202, 12: 429}[soap.send(targets[n], f"quota {n}", user["email"])["return"]]
        return rest.post(targets[n], f"quota {n}").status

    assert Counter(in_parallel(50, send, range(200))) == {202: 100, 429: 100}
    wait_until("a hundred arrived", lambda: sum(len(plain.handset(t)) for t in targets) == 100, every_s=1)
    plain.verify()


def test_a_thousand_texts_to_one_handset_and_every_answer_finds_its_sender(make_gateway):
    """50 senders of one company over a pool of 200: a number's pair goes on to a later text, so the last 200 texts own the 200 numbers."""
    pool = [f"+6140000{n:04d}" for n in range(1, 201)]
    gateway = make_gateway(settings={"pool.numbers": pool, "mail.retry_s": 1, "to_handset.queue_cap": 100_000})
    senders = [gateway.add_user() for _ in range(50)]
    handset = next(handsets(9_999_000))
    sent = []
    for first in range(0, 1000, 50):
        sent += in_parallel(10, lambda n: (n, senders[n % 50], gateway.rest(senders[n % 50]).send(handset, f"question {n}")), range(first, first + 50))
    texts = gateway.wait_handset(handset, 1000, 300)
    number_of = {t["text"]: t["from"] for t in texts}
    last = {number: text for text, number in ((t["text"], t["from"]) for t in texts)}
    assert len(texts) == len(number_of) == 1000 and len(last) == 200, "all 200 numbers are in use"
    current = [s for s in sent if last[number_of[f"question {s[0]}"]] == f"question {s[0]}"]
    assert len(current) == 200

    in_parallel(10, lambda s: gateway.reply(handset, number_of[f"question {s[0]}"], f"answer {s[0]}").expect(202), current)
    wait_until("200 answers", lambda: sum(len(gateway.rest(u).inbound()) for u in senders) >= 200, 180, 1)
    for n, user, id in current:
        rows = [r for r in gateway.rest(user).inbound() if r["text"] == f"answer {n}"]
        assert [r["message_id"] for r in rows] == [id], f"answer {n}"
    due = Counter(user["email"] for _, user, _ in current)
    for user in senders:
        mails = wait_until(f"{due[user['email']]} mails to {user['email']}", lambda: (lambda m: m if len(m) >= due[user["email"]] else None)(answers(gateway, user)), every_s=0.2)
        theirs = {f"answer {n}": f"question {n}" for n, sender, _ in current if sender is user}
        assert {(m["text"].split("\n")[0], m["text"].split("\n")[4]) for m in mails} == set(theirs.items()), "to its own sender and none to another"
    gateway.stop()
    gateway.verify()


def answers(gateway, user):
    return [m for m in gateway.mails(user["email"]) if m["subject"].startswith("Reply from")]


def test_a_full_queue_says_later(make_gateway, make_smsc, numbers):
    smsc = make_smsc()
    gateway = make_gateway(smsc=smsc, settings={"to_handset.queue_cap": 3, "carrier.reconnect_s": 1})
    smsc.down(60_000)
    answers = [gateway.rest().post(next(numbers), "waits") for _ in range(5)]
    assert [a.status for a in answers] == [202, 202, 202, 503, 503]
    assert int(answers[-1].headers["retry-after"]) > 0 and gateway.soap().send(next(numbers), "hi", gateway.facts["user"]["email"])["return"] == 2
    gateway.kill()


@pytest.mark.only("postgres")
def test_a_database_that_is_away(make_gateway, numbers):
    with Cluster() as cluster:
        gateway = make_gateway(start=False, settings={"mail.retry_s": 1})
        gateway.cluster, gateway.env = cluster, {**gateway.env, **cluster.env}
        gateway.start()
        first = gateway.rest().send(next(numbers), "before")
        cluster.stop()
        answer = gateway.rest().post(next(numbers), "meanwhile").expect(503)
        assert int(answer.headers["retry-after"]) > 0
        cluster.start()
        wait_until("it accepts again", lambda: gateway.rest().post(next(numbers), "after").status == 202, every_s=0.5)
        gateway.rest().wait_state(first, "ok", "delivered")
        gateway.stop()
        gateway.verify()
