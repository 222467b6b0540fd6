"""Golden samples: one valid message of each type, the same bytes for ever.

An integrator feeds them to a reader; a change of a single byte here is a change of the contract.
"""

from edge_agent.contract.channels import message_name
from edge_agent.contract.envelope import Event, Head, Wire
from edge_agent.contract.events import (
    About,
    AboutDevice,
    Agg,
    Alarm,
    Axles,
    AxleWeight,
    Count,
    DeviceState,
    Evidence,
    Excess,
    Figure,
    Health,
    Incident,
    Loss,
    Part,
    Passage,
    PassageSignal,
    PassageTag,
    Plate,
    Rule,
    Signal,
    State,
    Tag,
    Unpaired,
    Violation,
)
from edge_agent.contract.receipt import Receipt, StreamReceipt
from edge_agent.contract.wire import as_old, encode

EPOCH = "5f0c2a91"
UNIT = "hn-cg-014"
_T = 1_780_000_000_000
_BOOT = "9b1d6f3e"


def _head(number: int, about: str) -> dict[str, object]:
    return {
        "id": f"01KSR49200{'0' * 14}{number:02d}",
        "u": UNIT,
        "d": about,
        "t": _T + number * 1000,
        "tq": 12,
        "ts": "ntp",
    }


def _messages() -> tuple[Wire, ...]:
    return (
        State(**_head(1, UNIT), state="online", boot=_BOOT, since=_T),
        About(
            **_head(2, UNIT),
            boot=_BOOT,
            sw="0.1.0",
            cfg="c0ffee0123456789",
            devices=[
                AboutDevice(id="cam1", kind="camera", maker="ONVIF maker", model="B2"),
                AboutDevice(id="ctl1", kind="signal_modbus", versions={"firmware": "4.2"}),
            ],
            lanes=["north-1"],
            streams=[
                "passage",
                "unpaired",
                "violation",
                "evidence",
                "incident",
                "tag",
                "axles",
                "signal",
                "agg",
                "figure",
                "alarm",
                "dev",
                "loss",
            ],
            ep=EPOCH,
            receipts=True,
        ),
        Health(
            **_head(3, UNIT),
            up=86_400,
            rss=61_440,
            cpu=1_234_567,
            rows=42,
            bytes=1_048_576,
            oldest=180,
            hours=2400,
            dropped={},
            wrote=98_765_432,
            devs={"cam1": "ok", "ctl1": "ok"},
            fig={"cam1": {"frames": 864_000}},
        ),
        Passage(
            **_head(4, "north-1"),
            lane="north-1",
            dir="in",
            cls="motorbike",
            clsp=912,
            spd=284,
            spdq=7,
            size="small",
            plate=Plate(ps="d20601.K3QX7M2P4RTW5YAB", p=968, n=4, col="white"),
            sig=PassageSignal(d="ctl1", ph=2, a="g", age=8400, u=60),
            parts=[
                Part(k="camera", d="cam1", i="9b1d6f3e-118", dt=0),
                Part(k="plate", d="anpr1", i="51c07a2e-64", dt=1240, r=35),
            ],
            why={"tag": "no-sensor", "axles": "no-sensor"},
        ),
        Unpaired(
            **_head(15, "lane-3"),
            lane="lane-3",
            k="tag",
            i="etc1-2-1780000014310-3E7",
            tag=PassageTag(ps="d20601.TW5YABK3QX7M2P4R", ant=2, rssi=-61),
            why="ambiguous",
        ),
        Violation(
            **_head(16, "lane-3"),
            kind="overload",
            rule=Rule(
                id="vn-axle-tandem-13-18t",
                ver="2026-07",
                src="TT 12/2025/TT-BXD Đ14",
                tab="5e" * 32,
            ),
            grade="statistics",
            lane="lane-3",
            pas="01KSR492000000000000000004",
            cls="truck",
            ex=[
                Excess(
                    of="group-2-3",
                    val=20_570,
                    lim=18_000,
                    tol=0,
                    u=900,
                    band="over-10-20",
                )
            ],
            plate=Plate(t="51C12345", p=981, n=6),
            spd=412,
            why=["table-unverified"],
        ),
        Evidence(
            **_head(17, "lane-3"),
            of="01KSR492000000000000000016",
            sha="a7" * 32,
            name="00000042-overload.evidence.zip",
            n=42,
            size=412_338,
            pics=5,
        ),
        Incident(
            **_head(18, "lane-3"),
            inc="stopped-lane-3-1780000018",
            kind="stopped-vehicle",
            state="raised",
            since=_T + 2000,
            lane="lane-3",
            text="A vehicle has stood here for 16 s",
            n=1,
        ),
        Tag(
            **_head(12, "etc1"),
            ant=2,
            epc="3034257BF468D480000003E7",
            n=14,
            rssi=-52,
            dur=380,
            i="etc1-2-1780000012000-3E7",
        ),
        Axles(
            **_head(13, "wim1"),
            lane="1",
            num=4711,
            ax=[
                AxleWeight(l=3310, r=3240),
                AxleWeight(l=5180, r=5320, sp=385),
                AxleWeight(l=5060, r=5010, sp=132),
            ],
            gross=27_120,
            spd=412,
            len=985,
            temp=316,
        ),
        Signal(
            **_head(5, "ctl1"),
            ph={"1": "g", "2": "r"},
            chg=[1, 2],
            plan=3,
            cyc=41_000,
            mode="auto",
        ),
        Agg(
            **_head(6, "north-1"),
            lane="north-1",
            dur=60_000,
            src="camera",
            n=[
                Count(dir="in", cls="motorbike", n=31, spd=284),
                Count(dir="in", cls="car", n=7, spd=301, p85=377),
            ],
            occ=412,
            que=9,
        ),
        Figure(**_head(14, "cab1"), name="cabinet-temperature", val=412, unit="0.1 C"),
        Alarm(
            **_head(7, "ctl1"),
            code="door-open",
            state="raised",
            sev="warning",
            since=_T + 7000,
            text="Cabinet door open",
            do="Send somebody to close it",
            n=6,
        ),
        DeviceState(
            **_head(8, "cam1"),
            state="down",
            cause="timeout",
            since=_T + 8000,
            last=_T + 3000,
            detail="no picture for 5.0 s",
        ),
        Loss(**_head(9, UNIT), of="agg", frm=17, to=40, n=24, why="sacrificed"),
        Receipt(
            u=UNIT,
            ep=EPOCH,
            t=_T + 10_000,
            streams=[
                StreamReceipt(st="passage", upto=118, top=130, gaps=[(119, 121), (125, 125)]),
                StreamReceipt(st="signal", upto=64, top=64),
            ],
        ),
    )


def samples() -> dict[str, bytes]:
    """Wire bytes by message name, in the order of the table of topics."""
    return {message_name(type(message)): _bytes(message) for message in _messages()}


def backlog() -> list[bytes]:
    """Two passages as one bulk message carries them, before compression."""
    first = samples()["passage"]
    second = first.replace(b'0004"', b'0011"', 1).replace(b'"sq":118', b'"sq":119', 1)
    return [as_old(first), as_old(second)]


def _bytes(message: Wire) -> bytes:
    if isinstance(message, Event):
        return encode(message, sq=118, ep=EPOCH)
    if isinstance(message, Head):
        return encode(message)
    return message.model_dump_json(exclude_defaults=False).encode()
