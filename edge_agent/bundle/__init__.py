"""What somebody far away needs to understand this unit, in one small file without secrets.

``tape`` holds the last minutes of readings in the running agent, ``standins`` takes plates and tags
out of them without breaking what belongs together, ``gather`` collects, ``pack`` makes it fit.
"""
