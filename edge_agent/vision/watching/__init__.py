"""What can happen to a camera's picture, noticed from the picture: five small state machines."""
