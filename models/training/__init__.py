"""What the trainers share: time, seeds, checkpoints, export, quantisation.

A recipe (``models/<name>/train.py``) keeps its own loop and its own data; what is here is only what
would be written three times. Torch is imported here and in the recipes, nowhere else.
"""
