"""OpenCV set up for a small box: one thread, no chatter."""

import cv2


def set_up() -> None:
    """Call once per process, before the first picture."""
    cv2.setNumThreads(1)
    # Without this it warns once per frame that luma is delivered as asked.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
