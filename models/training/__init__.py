"""What the trainers share: time, seeds, checkpoints, export, quantisation, the manifest's entry.

A recipe (``models/<name>/train.py``) keeps its own loop and its own data; what is here is only what
would be written three times. Bars come from ``edge_agent.progress``, the card from
``edge_agent.evaluation.card``, the rule of what is held out from ``edge_agent.evaluation.split``.
Torch is imported here and in the recipes, nowhere else.
"""
