"""Pictures as SVG inside the page: no script draws them, and a screen reader finds words."""
