"""The camera's stream for whoever wants to look through it beside the driver."""

from edge_agent.device.view import View
from edge_agent.drivers.camera.settings import CameraSettings
from edge_agent.secret import reveal


def view(settings: CameraSettings) -> View:
    """As the driver opens it.

    Raises:
        SecretError: The password is not where the settings say.
    """
    share = settings.share
    return View(
        url=settings.url,
        username=settings.username,
        password="" if settings.password is None else reveal(settings.password),
        transport=settings.transport,
        lines=tuple((*share(x1, y1), *share(x2, y2)) for x1, y1, x2, y2 in settings.lines.values()),
        ground=tuple((*share(x, y), east, north) for x, y, east, north in settings.ground),
        plates=settings.plates,
    )
