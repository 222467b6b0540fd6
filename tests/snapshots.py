"""A snapshot of a made-up unit in trouble, for what shows snapshots."""

from edge_agent.status import (
    AlarmPart,
    ClockPart,
    DevicePart,
    DropPart,
    ProcessPart,
    Snapshot,
    SpoolPart,
    UplinkPart,
)

NOW = 1_790_000_090_000


def snapshot(*, measured: bool = True) -> Snapshot:
    """With every figure, or with none that may be absent."""
    process = ProcessPart(
        rss_kb=50_000,
        cpu_ms=12_500,
        threads=4,
        fds=20,
        fds_max=1024,
        disk_written=40_000_000,
        disk_free=5_000_000_000,
        disk_size=8_000_000_000,
        inodes_free=100_000,
        temperature=512,
        load_1m=400,
        slowed=False,
        under_voltage=False,
        throttles=3,
        life_used=40,
        spares_used=0,
        storage_written=90_000_000_000,
        machine_s=864_000,
        written_per_day=200_000_000,
    )
    return Snapshot(
        unit="its/1/hanoi/nts/u1",
        version="1.2.3",
        boot="b00",
        pid=4711,
        now_ms=NOW,
        started_ms=NOW - 3_725_000,
        up_s=3725,
        config="0123456789abcdef",
        devices=[
            DevicePart(
                id="cam1",
                kind="camera",
                state="down",
                cause="timeout",
                detail="no picture; last plate 59A-123.45, password hunter22",
                since_ms=NOW - 90_000,
                last_ms=NOW - 95_000 if measured else None,
                restarts=4,
                readings=1200,
                figures={"frames": 250},
            ),
            DevicePart(id="ctl1", kind="signal_modbus", state="ok", since_ms=NOW - 3_700_000),
        ],
        spool=SpoolPart(
            rows=1200,
            bytes=900_000,
            bytes_max=1_000_000_000,
            oldest_ms=90_000 if measured else None,
            hours_left=72.0 if measured else None,
            dropped=[DropPart(stream="signal", why="sacrificed", n=7)],
        ),
        uplink=UplinkPart(
            connected=True,
            since_ms=NOW - 60_000,
            broker="mqtts://centre:8883",
            protocol="5",
            last_puback_ms=NOW - 1000,
            last_receipt_ms=NOW - 2000 if measured else None,
        ),
        clock=ClockPart(source="ntp", uncertainty_ms=5),
        process=process if measured else ProcessPart(),
        alarms=[
            AlarmPart(
                device="cam1",
                code="lens-covered",
                severity="warning",
                since_ms=NOW - 90_000,
                text="picture is black",
                do="clean the lens",
            )
        ],
        events={"passage": 1000},
        rules={"refused-red-light-signal-coarse": 3},
    )
