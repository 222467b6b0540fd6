"""The durable queue."""

from edge_agent.spool.model import Gauge, OpenReport, Query, Row, StreamGauge
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.spool import Spool

__all__ = ["Gauge", "OpenReport", "Query", "Row", "Spool", "SpoolPolicy", "StreamGauge"]
