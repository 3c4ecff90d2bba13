"""The PDUs the message centre sends by itself: receipts, and the parts of a message written on a handset.

Rule: pure. What a receipt looks like is decided by `receipt.shape`; here it only becomes fields and TLVs.
"""

from __future__ import annotations

from datetime import datetime

from viesti.domain.status import PartState
from viesti.domain.text.choice import choose_encoding
from viesti.domain.text.encoding import Coding
from viesti.domain.text.header import ConcatMethod, udh
from viesti.domain.text.parts import split
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import ESM_UDHI, Command, Tag
from viesti.simulator.message import Delivery, Reply, ReplyState, Submission
from viesti.simulator.reading import read
from viesti.simulator.receipt import ReceiptFacts, Style, shape

INTERNATIONAL_LENGTH = 7  # digits from which a number is taken for an international one
DATA_CODINGS = {Coding.GSM7: 0x00, Coding.UCS2: 0x08}
ENCODING_NAMES = {Coding.GSM7: "GSM-7", Coding.UCS2: "UCS-2"}


def receipt_delivery(
    submission: Submission, state: PartState, done_at: datetime, style: Style, final: bool
) -> Delivery:
    """The receipt saying that `submission` came to `state` at `done_at`."""
    quoted = read(submission.pdu).text if style.text_label else ""
    facts = ReceiptFacts(submission.message_id, state, submission.at, done_at, quoted)
    form = shape(facts, style)
    fields = submission.pdu.fields
    sender = (fields.get("source_addr_ton", 0), fields.get("source_addr_npi", 0), submission.source)
    handset = (fields.get("dest_addr_ton", 0), fields.get("dest_addr_npi", 0), submission.destination)
    source, destination = (sender, handset) if form.swapped else (handset, sender)
    tlvs: list[tuple[int, bytes]] = []
    if form.receipted_message_id is not None:
        tlvs.append((Tag.RECEIPTED_MESSAGE_ID, form.receipted_message_id.encode("latin-1") + b"\0"))
    if form.message_state is not None:
        tlvs.append((Tag.MESSAGE_STATE, bytes((form.message_state,))))
    if form.network_error_code is not None:
        tlvs.append((Tag.NETWORK_ERROR_CODE, form.network_error_code))
    if form.in_payload:
        tlvs.append((Tag.MESSAGE_PAYLOAD, form.text))
    body = {
        "source_addr_ton": source[0],
        "source_addr_npi": source[1],
        "source_addr": source[2],
        "dest_addr_ton": destination[0],
        "dest_addr_npi": destination[1],
        "destination_addr": destination[2],
        "esm_class": form.esm_class,
        "short_message": b"" if form.in_payload else form.text,
    }
    command = Command.DATA_SM if form.as_data_sm else Command.DELIVER_SM
    pdu = Pdu(command, fields=body, tlvs=tuple(tlvs))
    return Delivery(submission.account, pdu, submission=submission, final=final)


def reply_deliveries(
    account: str, handset: str, to: str, text: str, reference: int, at: datetime
) -> tuple[Reply, list[Delivery]]:
    """What a handset wrote, and the deliver_sm of each part. Raises ValueError beyond 255 parts."""
    encoding = choose_encoding(text)
    parts = split(text, encoding, ConcatMethod.UDH8)
    total = len(parts)
    reply = Reply(
        handset, to, text, at, ENCODING_NAMES[encoding.coding], total, states=[ReplyState.QUEUED] * total
    )
    deliveries = []
    for number, part in enumerate(parts, start=1):
        header = udh(encoding, ConcatMethod.UDH8, reference, total, number)
        fields = {
            "source_addr_ton": 1 if len(handset) >= INTERNATIONAL_LENGTH else 0,
            "source_addr_npi": 1,
            "source_addr": handset,
            "dest_addr_ton": 1 if len(to) >= INTERNATIONAL_LENGTH else 0,
            "dest_addr_npi": 1,
            "destination_addr": to,
            "esm_class": ESM_UDHI if header else 0,
            "data_coding": DATA_CODINGS[encoding.coding],
            "short_message": header + part.octets,
        }
        deliveries.append(Delivery(account, Pdu(Command.DELIVER_SM, fields=fields), reply=reply, part=number))
    return reply, deliveries
