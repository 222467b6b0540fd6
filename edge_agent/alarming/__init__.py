"""From conditions to alarms: only what somebody must act on, once, with a reason to be quiet.

After ISA-18.2 / IEC 62682: delays on both sides, chatter held and counted, shelving with who, why
and until when, and consequences that keep quiet while their cause is raised.
"""
