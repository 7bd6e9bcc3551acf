"""What the tests share: one database a run (`--database sqlite|postgres`), gateways that several tests use, and order: cheap tests first."""

from contextlib import contextmanager

import pytest

from gateway import Gateway, binary, handsets
from postgres import Cluster
from rawsmsc import RawSmsc
from relay import Relay
from smsc import Smsc

# So short that the schedule of SPEC 4.2 and 4.3 runs in seconds, and so long that a busy machine's hiccup is no missing answer.
SHORT = {
    "to_handset.retry_delay_s": 1,
    "to_handset.in_doubt_wait_s": 2,
    "carrier.response_timeout_s": 2,
    "carrier.reconnect_s": 1,
    "carrier.enquire_link_s": 2,
    "mail.retry_s": 1,
}
_numbers = handsets(5_000_000)


def pytest_addoption(parser):
    parser.addoption("--database", choices=("sqlite", "postgres"), default="sqlite")


def pytest_configure(config):
    if not config.option.collectonly:
        try:
            binary()
        except SystemExit as missing:
            raise pytest.UsageError(str(missing)) from None
    config.addinivalue_line("markers", "only(database): there is something to test on that database alone")


def pytest_collection_modifyitems(config, items):
    """Files go by their number; a test that is about the other database is left out, and pytest counts it as deselected."""
    chosen = config.getoption("--database")
    other = [item for item in items if (mark := item.get_closest_marker("only")) and mark.args[0] != chosen]
    config.hook.pytest_deselected(items=other)
    items[:] = sorted((item for item in items if item not in other), key=lambda item: item.path.name)


@pytest.fixture(scope="session")
def cluster(request):
    if request.config.getoption("--database") == "sqlite":
        yield None
        return
    with Cluster(careless=True) as cluster:
        yield cluster


@contextmanager
def gateways(cluster, tmp_path_factory):
    """What makes gateways; those that still run at the end are killed."""
    made = []

    def make(smsc=None, relay=None, settings=None, start=True):
        gateway = Gateway(tmp_path_factory.mktemp("gateway"), cluster, smsc, relay, settings)
        made.append(gateway)
        return gateway.start() if start else gateway

    yield make
    for gateway in made:
        if gateway.process and gateway.process.alive():
            gateway.kill()


@pytest.fixture
def make_gateway(cluster, tmp_path_factory):
    """Starts gateways for one test: each holds connections of a database server that has few."""
    with gateways(cluster, tmp_path_factory) as make:
        yield make


@pytest.fixture(scope="session")
def make_lasting_gateway(cluster, tmp_path_factory):
    """Starts gateways that several tests share, until a fixture stops them or the session ends."""
    with gateways(cluster, tmp_path_factory) as make:
        yield make


@pytest.fixture(scope="session")
def plain(make_lasting_gateway):
    """A demo with everything built in: simulator, mail catcher."""
    return make_lasting_gateway(settings={"mail.retry_s": 1})


@pytest.fixture(scope="session")
def smsc_process(tmp_path_factory):
    smsc = Smsc(tmp_path_factory.mktemp("smsc"))
    yield smsc
    smsc.stop()


@pytest.fixture(scope="session")
def linked_gateway(make_lasting_gateway, smsc_process):
    return make_lasting_gateway(smsc=smsc_process, settings={**SHORT, "to_handset.in_doubt_wait_s": 4})


@pytest.fixture
def linked(linked_gateway):
    """A demo on the scripted SMSC, with short times; the SMSC is quiet again when the test begins."""
    linked_gateway.smsc.script()
    yield linked_gateway
    linked_gateway.smsc.script()


@pytest.fixture(scope="module")
def kept_apart(make_lasting_gateway, tmp_path_factory):
    """A demo on a scripted SMSC for the tests of one file, which change what others rely on; at its end its books are right."""
    from smsc import Smsc

    smsc = Smsc(tmp_path_factory.mktemp("apart"))
    gateway = make_lasting_gateway(smsc=smsc, settings=SHORT)
    yield gateway
    gateway.stop()
    gateway.verify()
    smsc.stop()


@pytest.fixture
def make_smsc(tmp_path):
    """A scripted SMSC for this test alone."""
    made = []

    def make(**config):
        made.append(Smsc(tmp_path / f"smsc{len(made)}"))
        made[-1].script(**config)
        return made[-1]

    yield make
    for smsc in made:
        smsc.process.kill()


@pytest.fixture
def raw_smsc(tmp_path):
    raw = RawSmsc(tmp_path / "password")
    yield raw
    raw.close()


@pytest.fixture
def relay():
    relay = Relay()
    yield relay
    relay.close()


@pytest.fixture
def number():
    """A handset that no other test uses."""
    return next(_numbers)


@pytest.fixture
def numbers():
    """As many as a test takes from it."""
    return _numbers
