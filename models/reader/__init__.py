"""The plate reader: how it is made, and the weights that came of it.

``render`` makes plates, ``train`` learns from them, ``export`` and ``quantise`` make the ONNX file,
``evaluate`` reads real crops with it, ``card`` writes down all of this. Each is a step of its own;
``train`` runs them in a row.
"""
