"""Bringing the unit into service from a browser: the steps of ``edge_agent.provision``, as forms.

What a step does, asks and finds is the engine's; it runs in a process that ends, so that neither a
browser that goes away nor a page that restarts loses anything.
"""
