"""The verbs of ``edge-agent``, one module each: ``configure(parser)`` and ``run(args) -> int``."""
