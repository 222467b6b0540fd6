import json
import subprocess
import sys

from tests.brokers import amqtt, wait_for_port


def test_says_where_it_is_and_that_it_keeps_nothing_and_ends_with_its_stdin() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "edge_agent.simulators.broker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    hello = json.loads(process.stdout.readline())
    assert hello["keeps"] == "nothing"
    assert hello["url"] == f"mqtt://127.0.0.1:{hello['port']}"
    wait_for_port(hello["port"])
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


def test_two_of_them_live_side_by_side() -> None:
    with amqtt() as one, amqtt() as two:
        assert one != two
