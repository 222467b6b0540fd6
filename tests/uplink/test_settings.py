import pytest
from pydantic import ValidationError

from edge_agent.uplink.settings import UplinkSettings


@pytest.mark.parametrize(
    ("broker", "host", "port", "secure"),
    [
        ("mqtt://broker.example", "broker.example", 1883, False),
        ("mqtts://broker.example", "broker.example", 8883, True),
        ("mqtt://[::1]:2000/", "::1", 2000, False),
    ],
)
def test_where_the_broker_is(broker: str, host: str, port: int, secure: bool) -> None:
    settings = UplinkSettings(broker=broker)
    assert (settings.host, settings.port, settings.secure) == (host, port, secure)


@pytest.mark.parametrize(
    "broker", ["", "broker", "http://x", "mqtt://", "mqtt://h:99999", "mqtt://h:0", "mqtt://h/p?q"]
)
def test_what_is_no_broker(broker: str) -> None:
    with pytest.raises(ValidationError, match="must be mqtt://"):
        UplinkSettings(broker=broker)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        UplinkSettings(broker="mqtt://user:hunter2@host")
    # pydantic shows the input of a refused value; the settings room strips it, see there.
    assert "hunter2" not in caught.value.errors(include_input=False)[0]["msg"]


@pytest.mark.parametrize(
    "extra",
    [
        {"window": 1000},
        {"password": "env:X"},
        {"password": "hunter2", "username": "u"},
        {"tls": {"cert": "/x.pem"}},
        {"keepalive_s": 60},
        {"unknown": 1},
    ],
)
def test_nonsense_is_refused(extra: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        UplinkSettings.model_validate({"broker": "mqtt://h", **extra})
