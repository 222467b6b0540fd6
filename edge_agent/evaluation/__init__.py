"""How good the eyes are: labelled pictures in, figures and the failures to look at out.

labels → what the networks say of each picture → matches under the set's own rules → scores. Only
``edge-agent eval``, the trainers and ``./dev eval`` come here; a running unit never does.
"""
