"""Several nodes on one PostgreSQL: a node joins, binds are shared and fail over, a reply comes home by whichever node it arrives at."""

import pytest

from conftest import SHORT
from gateway import handsets
from processes import Process, wait_until

TWO_BINDS = {**SHORT, "carrier.binds": 2, "carrier.window": 5}
_numbers = handsets(9_000_000)
# A lease ends 55 s after its node at the earliest: what comes sooner does not come by that.
BEFORE_THE_LEASE_S = 40


@pytest.fixture
def nodes(make_gateway, make_smsc):
    """Two nodes with a bind each."""
    smsc = make_smsc(dlr=1, dlrms=50, spread=1)
    first = make_gateway(smsc=smsc, settings=TWO_BINDS)
    wait_binds(smsc, 2)
    second = first.beside().start()
    wait_shared(smsc, first, second)
    yield smsc, first, second
    for node in (second, first):
        if node.process.alive():
            node.stop()
    first.verify()


def wait_binds(smsc, count):
    wait_until(f"{count} binds stand", lambda: len(smsc.modes()) == count)


def slots(node) -> dict:
    """Slot → epoch of who holds it, in the node's schema."""
    schema = node.schema()
    rows = node.cluster.sql(f"SELECT slot, epoch FROM {schema}.slots WHERE epoch IN (SELECT epoch FROM {schema}.nodes) AND bound = 1", "emailsms")
    return dict(map(int, line.split("|")) for line in rows.split())


def wait_shared(smsc, *nodes):
    """Each node has one of the two binds."""
    wait_until("each node has a bind", lambda: len(set(slots(nodes[0]).values())) == len(slots(nodes[0])) == 2 == len(smsc.modes()), BEFORE_THE_LEASE_S)


def sessions_used(smsc, texts) -> set:
    return {s["session"] for s in smsc.accepted() if s["text"] in texts}


@pytest.mark.only("postgres")
def test_a_node_joins_and_each_has_a_bind(nodes):
    smsc, first, second = nodes
    kept = ("company", "user", "users", "api_key", "pool", "smpp", "database", "data")
    assert {k: second.facts[k] for k in kept} == {k: first.facts[k] for k in kept}
    assert not {first.facts[k] for k in ("url", "https")} & {second.facts[k] for k in ("url", "https")}
    sent = {}
    for node in (first, second):
        for n in range(10):
            text = f"{node.facts['pid']} {n}"
            sent[text] = node.rest().send(next(_numbers), text)
    for id in sent.values():
        # Either node knows of either's texts.
        assert first.rest().wait_state(id, "delivered")["in_doubt"] is False
        assert second.rest().message(id)["state"] == "delivered"
    assert len(sessions_used(smsc, sent)) == 2, "both binds carry"
    assert sorted(s["text"] for s in smsc.accepted()) == sorted(sent)


@pytest.mark.only("postgres")
def test_a_nodes_slots_go_to_the_other_when_it_ends_and_when_it_dies(nodes):
    smsc, first, second = nodes
    second.stop()
    wait_until("the first has both", lambda: len(slots(first)) == 2 and len(set(slots(first).values())) == 1 and len(smsc.modes()) == 2, BEFORE_THE_LEASE_S)
    second.start()
    wait_shared(smsc, first, second)
    second.kill()
    # Its epoch is known to be dead when it comes again in the same place; before, when its lease ends.
    ids = [first.rest().send(next(_numbers), f"alone {n}") for n in range(5)]
    for id in ids:
        first.rest().wait_state(id, "delivered", timeout_s=BEFORE_THE_LEASE_S)
    second.start()
    wait_shared(smsc, first, second)
    id = second.rest().send(next(_numbers), "again")
    second.rest().wait_state(id, "delivered")


@pytest.mark.only("postgres")
def test_more_nodes_than_binds_stand_by_and_their_texts_leave_all_the_same(make_gateway, make_smsc):
    smsc = make_smsc()
    first = make_gateway(smsc=smsc, settings=SHORT)
    second = first.beside().start()
    assert second.get("/readyz").status == 200
    ids = [second.rest().send(next(_numbers), f"by the other {n}") for n in range(20)]
    for id in ids:
        second.rest().wait_state(id, "ok")
    assert smsc.modes() == ["trx"]
    first.stop()
    second.rest().wait_state(second.rest().send(next(_numbers), "taken over"), "ok", timeout_s=BEFORE_THE_LEASE_S)
    wait_binds(smsc, 1)
    second.stop()
    first.verify()


@pytest.mark.only("postgres")
def test_a_reply_comes_home_by_the_other_node(nodes, number):
    smsc, first, second = nodes
    id = first.rest().send(number, "asked")
    sender = first.rest().wait_state(id, "delivered")["from"]
    # To each bind in turn.
    for n in range(4):
        smsc.reply(number, sender, f"answer {n}")
    for n in range(4):
        # The mail catcher is the first node's, whoever sends.
        first.wait_mail(first.facts["user"]["email"], lambda m, n=n: m["text"].startswith(f"answer {n}\n"))
    parts = [("05000342030%d" % n, f"part {n}. ") for n in (3, 1, 2)]
    for header, text in parts:
        smsc.reply_raw(number, sender, udh=header, text=text, esm=64)
    first.wait_mail(first.facts["user"]["email"], lambda m: m["text"].startswith("part 1. part 2. part 3. \n"))
    assert len(second.rest().inbound()) == 5
    assert first.rest().inbound() == second.rest().inbound()


@pytest.mark.only("postgres")
def test_joining_is_refused_where_there_is_nothing_to_join(make_gateway, tmp_path):
    gateway = make_gateway(start=False).beside()
    gateway.data = tmp_path / "nowhere"
    refused = Process(gateway.argv(), gateway.log, gateway.env)
    assert refused.wait() != 0 and "no directory" in refused.log_end()
    gateway.data.mkdir()
    refused = Process(gateway.argv(), gateway.log, gateway.env)
    assert refused.wait() != 0 and "begin with: emailsms demo" in refused.log_end()


@pytest.mark.only("sqlite")
def test_sqlite_serves_one_node_only(make_gateway):
    gateway = make_gateway()
    joining = gateway.beside()
    refused = Process(joining.argv(), joining.log, joining.env)
    assert refused.wait() != 0 and "several need PostgreSQL" in refused.log_end()
    gateway.stop()
