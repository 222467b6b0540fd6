"""Orders to a running camera, given as every simulator takes them."""

from edge_agent.simulators.faults.link import Simulator


async def test_faults_are_switched_refused_and_reported() -> None:
    camera = await Simulator.start("cam", ["camera", "--size", "160x90", "--fps", "5"])
    try:
        assert camera.ready["ready"] is True
        assert camera.ready["url"].startswith("rtsp://127.0.0.1:")
        assert await camera.send({"fault": "freeze"}) is None
        assert await camera.send({"fault": "freeze", "on": False}) is None
        assert await camera.send({"clear": True}) is None
        why = await camera.send({"fault": "no-such"})
        assert why is not None
        assert "one of freeze, black" in why
        assert (await camera.report())["viewers"] == 0
    finally:
        await camera.stop()
    assert camera.process.returncode == 0
