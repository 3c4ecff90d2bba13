"""Septets packed eight in seven octets (TS 23.038, 6.1.2), for the carriers that want them so.

Rule: septets start on a septet boundary counted from the start of the user data, so a header before them is
followed by fill bits (TS 23.040, 9.2.3.24).
"""

from __future__ import annotations

from viesti.domain.text.tables import CARRIAGE_RETURN


def pack(septets: bytes, udh_octets: int = 0) -> bytes:
    """Packs septets given one an octet; `udh_octets` is the whole length of the header that goes before them.

    Seven spare bits at the end would read as one more character ('@' when zero), so they carry a CR.
    """
    if not septets:
        return b""
    fill = _fill_bits(udh_octets)
    packed = 0
    for septet in reversed(septets):
        packed = packed << 7 | septet
    packed <<= fill
    bits = fill + 7 * len(septets)
    if bits % 8 == 1:
        packed |= CARRIAGE_RETURN << bits
    return packed.to_bytes((bits + 7) // 8, "little")


def unpack(octets: bytes, udh_octets: int = 0, count: int | None = None) -> bytes:
    """The septets, one an octet, of packed octets that followed a header of `udh_octets`.

    With `count`, that many (fewer when the octets end before). Without it all there are, but for a CR that
    ends with the last octet: nothing tells it from filling, so it is taken for that.
    """
    fill = _fill_bits(udh_octets)
    bits = max(8 * len(octets) - fill, 0)
    packed = int.from_bytes(octets, "little") >> fill
    available = bits // 7
    septets = bytes(packed >> 7 * index & 0x7F for index in range(available))
    if count is not None:
        return septets[:count]
    if bits % 7 == 0 and septets[-1:] == bytes((CARRIAGE_RETURN,)):
        return septets[:-1]
    return septets


def _fill_bits(udh_octets: int) -> int:
    return -8 * udh_octets % 7
