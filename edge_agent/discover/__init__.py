"""Finding devices without a single write: places that answer, kinds that recognise them.

``search`` drives it; what a kind knows of its devices lies in ``drivers/<kind>/discover.py``.
"""
