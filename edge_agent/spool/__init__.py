"""The durable queue between what the unit saw and what the centre has.

What always holds:

1.  What was told committed (``on_commit``, ``batch``) is on the disk: SQLite in WAL mode with
    ``synchronous = FULL``. After a failed sync the files are opened anew and the log is emptied
    before the transaction is tried again, for what looks written may not be.
2.  A number is given once. ``(epoch, stream, sq)`` names one event for ever; a stream's highest
    number outlives its rows (``account``) and is saved in the transaction that deletes them. When
    damage makes the highest number unknown, a leap is made past all it could have been.
3.  Within a stream, position rises with number; a batch is rising in position over all streams.
4.  A row goes only when it was receipted, or (ring mode) published and older than the ring, or
    given up by the policy's declared order, or damaged. In the last two cases a Loss event that
    names the numbers is committed in the same transaction, and the drop is counted.
5.  Memory is bounded: events that cannot be written wait in ``Pending``; beyond its bounds the
    lowest stream's oldest goes, counted, and gets a number and a Loss once the disk is well.
6.  The file has at most ``max_mb``; sacrifice begins before that, so that DELETE always fits.
7.  One thread writes (``Writer``), one reads (``Reader``); nobody else touches the database, and
    ``append`` never waits for either.
8.  Every row and every account carries a checksum over all of its columns. Nothing is handed out
    that its checksum does not vouch for.
9.  A database that makes no sense is never repaired in place: whole rows are carried over to a
    new file, which takes its place in one rename; the broken one is set aside. A crash at any
    moment of that is finished at the next opening.

Where things are: ``inbox`` what other threads ask, ``writer`` when a transaction is due and what
follows from its failure, ``deed`` what one transaction does, ``store`` its statements, ``seal`` a
row's bytes, ``ledger`` what became of rows, ``room`` and ``ballast`` space, ``losses`` what is
gone, ``mend`` early stamps, ``opening`` and ``carve`` salvage, ``reader`` batches, ``inspect``
looking in from outside.

Pages of 512 bytes, because a commit of one event then writes two or three of them where pages of
4 KiB would write 9 kB; rows deflated with a dictionary, because several then share a page.
"""

from edge_agent.spool.model import Gauge, OpenReport, Query, Row, StreamGauge
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.spool import Spool

__all__ = ["Gauge", "OpenReport", "Query", "Row", "Spool", "SpoolPolicy", "StreamGauge"]
