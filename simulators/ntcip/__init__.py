"""A simulated NTCIP 1202 signal controller: SNMP agent, TSCBM broadcast, faults. See README.md."""
