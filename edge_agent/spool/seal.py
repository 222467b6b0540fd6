"""A row's bytes in the database: a checksum and the body, deflated with a dictionary.

SQLite does not notice a flipped bit in a row, so every row carries a CRC-32 over all that it says.
Bodies of one contract are alike: with a dictionary of its words one event shrinks to about a
quarter, which is what brings the bytes written to flash within bounds (pages of 512 bytes then
hold several events) and makes an outage of the same length cost a quarter of the space.

The dictionary is part of schema 1: it may never change without a new schema.
"""

import re
import zlib

from edge_agent.errors import SpoolError

_DICTIONARY = (
    b'"first":true,"plan":,"cyc":,"mode":"ry","g","fy","fg","x"},"chg":[1,2],"ph":{"1":"r","2":"g"'
    b'"of":","frm":,"to":,"n":,"why":"sacrificed""expired""corrupt""io""unspooled"'
    b'"dur":60000,"src":"detector","n":[{"dir":"in","cls":"light_truck","n":1,"unread":,"p85":'
    b'"occ":null,"que":,"part":,"why":"device-down"'
    b'"code":","state":"cleared""shelved""raised","sev":"critical","sev":"info","sev":"warning",'
    b'"since":17","text":"","do":"check the connection"'
    b'"state":"degraded""down","cause":"timeout""refused""checksum""protocol""gone""silent"'
    b'"state":"ok","cause":null,"since":17,"last":17,"detail":"'
    b'"not-detected""unreadable""ambiguous""tractor_trailer""minibus""bicycle""unknown""truck"'
    b'"bus""car""other","q":"restamped","ts":"gnss","ts":"none","ts":"rtc","st":"violation"'
    b'"st":"incident""st":"tag""st":"axles""st":"loss""st":"dev""st":"agg""st":"alarm"'
    b'"st":"signal","sq":,"ep":,'
    b'"clsp":null,"spd":null,"dt":-1,"r":1"signal":"no-sensor","speed":"no-sensor"'
    b'","u":"","d":"cam1","st":"passage","sq":,"ep":,"t":17'
    b',"tq":5,"ts":"ntp","q":"live","lane":"l1","dir":"in","cls":"motorbike",'
    b'"clsp":9,"spd":4,"parts":[{"k":"camera","d":"cam1","i":"1"}],'
    b'"why":{"plate":"no-sensor","tag":"no-sensor","axles":"no-sensor"}}'
)
_LEVEL = 9
_RAW = -15
_CRC_BYTES = 4
_TIME = re.compile(rb'"t":(-?\d+)')
_QUALITY = re.compile(rb'"q":"[a-z]+"')


class SealError(SpoolError):
    """The bytes of a row are not what was written."""


def seal(said: str, body: bytes) -> bytes:
    """What is stored for a row; ``said`` is all that its other columns say."""
    engine = zlib.compressobj(
        _LEVEL, zlib.DEFLATED, _RAW, zlib.DEF_MEM_LEVEL, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY
    )
    return _check(said, body) + engine.compress(body) + engine.flush()


def unseal(said: str, sealed: bytes) -> bytes:
    """The body of a row.

    Raises:
        SealError: Something of the row was changed since ``seal``.
    """
    try:
        body = zlib.decompressobj(_RAW, _DICTIONARY).decompress(sealed[_CRC_BYTES:])
        good = sealed[:_CRC_BYTES] == _check(said, body)
    except (zlib.error, TypeError, UnicodeError) as error:
        raise SealError(f"row {said} is damaged: {error}") from error
    if not good:
        raise SealError(f"row {said} is damaged: checksum")
    return body


def _check(said: str, body: bytes) -> bytes:
    return zlib.crc32(body, zlib.crc32(said.encode())).to_bytes(_CRC_BYTES)


def moment(body: bytes) -> int:
    """UTC ms of the event: ``t`` of its head."""
    found = _TIME.search(body)
    if found is None:
        raise SealError("body without a time")
    return int(found.group(1))


def restamped(body: bytes, delta_ms: int) -> bytes:
    """The same event with its time moved and marked so; only the head is touched."""
    moved = _TIME.sub(b'"t":%d' % (moment(body) + delta_ms), body, count=1)
    return _QUALITY.sub(b'"q":"restamped"', moved, count=1)
