"""The unit's own page: a process beside the agent, for people in front of the cabinet.

It asks the agent at its doors, once a second however many look, and has everything that is large
or slow (doctor, judge of site files, proofs) done by ``edge-agent`` in processes that end. So it
stays small, and nothing that happens here can hold the agent up.
"""
