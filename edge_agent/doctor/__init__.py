"""What ails the unit: checks with a value, a meaning and the next action, for people on site.

``facts`` is all that is looked at, gathered once by ``gather``, ``broker``, ``driven`` and
``picture``; the ``*_checks`` files are tables of pure judgements on it; ``check`` is their form.
"""
