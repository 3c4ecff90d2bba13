// A message centre made of npm smpp. Every submit_sm gets a treatment, which says what goes wrong with it:
//   status     the command_status of the answer (default 0)
//   hold       no answer until 'release'
//   lost       taken, and never answered
//   drop       taken, and the connection is cut before the answer
//   delay      milliseconds the answer waits
//   receipts   names of FORMS, one receipt each, in this order (default ['usual'] when one was asked for)
//   early      receipts go before the answer
//   base       of the id in the answer: 10 or 16
// 'behave' gives treatments: `queue` for the next submits, `every` [[n, treatment], ...] for each n-th one after
// that, `otherwise` for the rest.
'use strict';

const smpp = require('smpp');
const { fromJson, obey, tell, toJson } = require('./lines');

const ESM_RECEIPT = 0x04;
const ESM_INTERMEDIATE = 0x20;
const UCS2 = 0x08;

const sessions = new Set();
const receivers = [];
const held = [];
let behaviour = {};
let password = null;
let bindStatus = 0;
let silent = false;
let taken = 0;
let count = 0;

const hex = (id) => Number(id).toString(16).toUpperCase();
const text = (id, stat, more) =>
	`id:${id} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:${stat} err:000 text:${more || ''}`;

// The forms of a receipt for the message with decimal id `id`, as fields of deliver_sm (or of another command).
const FORMS = {
	usual: (id) => ({ short_message: text(id, 'DELIVRD', 'hello') }),
	failed: (id) => ({ short_message: text(id, 'UNDELIV').replace('err:000', 'err:1F4') }),
	expired: (id) => ({ short_message: text(id, 'EXPIRED') }),
	short: (id) => ({ short_message: `id:${id} stat:DELIVRD` }),
	capitals: (id) => ({ short_message: text(id, 'DELIVRD').toUpperCase() }),
	words: (id) => ({ short_message: text(id, 'DELIVERED').replace('text:', 'Text:') }),
	seconds: (id) => ({ short_message: text(id, 'DELIVRD').replace(/26010215(..)/g, '26010215$1' + '07') }),
	spaced: (id) => ({ short_message: `id: ${id}, stat: DELIVRD, err: 0` }),
	padded: (id) => ({ short_message: text(id.padStart(10, '0'), 'DELIVRD') }),
	hex: (id) => ({ short_message: text(hex(id), 'DELIVRD') }),
	lowercase_hex: (id) => ({ short_message: text(hex(id).toLowerCase(), 'DELIVRD') }),
	tlvs_only: (id) => ({ short_message: '', receipted_message_id: id, message_state: 2 }),
	tlvs_and_text: (id) => ({
		short_message: text(id, 'DELIVRD'), receipted_message_id: id, message_state: 2,
		network_error_code: Buffer.from([3, 0, 0]),
	}),
	tlv_without_state: (id) => ({ short_message: 'stat:DELIVRD', receipted_message_id: id }),
	unknown_tlv: (id) => ({ short_message: text(id, 'DELIVRD'), vendor_note: Buffer.from('noted') }),
	payload: (id) => ({ short_message: '', message_payload: text(id, 'DELIVRD', 'x'.repeat(300)) }),
	ucs2: (id) => ({ data_coding: UCS2, short_message: text(id, 'DELIVRD', 'привет') }),
	data_sm: (id) => ({ command: 'data_sm', receipted_message_id: id, message_state: 2 }),
	data_sm_payload: (id) => ({ command: 'data_sm', message_payload: text(id, 'DELIVRD') }),
	enroute: (id) => ({ esm_class: ESM_INTERMEDIATE, short_message: text(id, 'ENROUTE') }),
	accepted: (id) => ({ short_message: text(id, 'ACCEPTD') }),
	unflagged: (id) => ({ esm_class: 0, short_message: text(id, 'DELIVRD') }),
};

smpp.addTLV('vendor_note', { id: 0x1501, type: smpp.types.tlv.buffer });

function receiver() {
	const session = receivers.shift(); // they take turns
	if (session) receivers.push(session);
	return session;
}

function receipt(submit, id, form) {
	const { command = 'deliver_sm', ...fields } = FORMS[form](id);
	const session = receiver();
	if (!session) return tell({ event: 'undeliverable', id, form });
	session[command]({
		source_addr: submit.destination_addr, source_addr_ton: submit.dest_addr_ton,
		destination_addr: submit.source_addr, dest_addr_ton: submit.source_addr_ton,
		esm_class: ESM_RECEIPT, data_coding: 0, ...fields,
	}, (answer) => tell({ event: 'receipt', id, form, status: answer.command_status }));
}

function treatment() {
	count += 1;
	if (behaviour.queue && behaviour.queue.length) return behaviour.queue.shift();
	for (const [each, found] of behaviour.every || []) if (count % each === 0) return found;
	return behaviour.otherwise || {};
}

function submitted(session, pdu) {
	const how = treatment();
	const id = how.status ? '' : String((taken += 1));
	const { short_message, message_payload } = pdu;
	tell({ event: 'submit', id, how, ...toJson({ ...pdu, short_message, message_payload }) });
	const shown = how.base === 16 ? hex(id) : id;
	const receipts = () => {
		const wanted = (pdu.registered_delivery & 1) === 1;
		for (const form of how.receipts || (wanted ? ['usual'] : [])) receipt(pdu, id, form);
	};
	const answer = () => {
		if (how.status) return session.send(pdu.response({ command_status: how.status }));
		if (how.early) receipts();
		session.send(pdu.response({ message_id: shown }));
		if (!how.early) receipts();
	};
	if (how.drop) return session.destroy();
	if (how.lost) return receipts();
	if (how.hold) return held.push(answer);
	if (how.delay) return setTimeout(answer, how.delay);
	answer();
}

function bind(session, pdu) {
	const status = bindStatus || (password !== null && pdu.password !== password ? smpp.ESME_RINVPASWD : 0);
	tell({ event: 'bind', command: pdu.command, system_id: pdu.system_id, system_type: pdu.system_type, status });
	session.send(pdu.response({ command_status: status, system_id: 'npm-smpp' }));
	if (!status && pdu.command !== 'bind_transmitter') receivers.push(session);
}

const server = smpp.createServer((session) => {
	sessions.add(session);
	for (const command of ['bind_transceiver', 'bind_transmitter', 'bind_receiver'])
		session.on(command, (pdu) => bind(session, pdu));
	session.on('submit_sm', (pdu) => submitted(session, pdu));
	session.on('enquire_link', (pdu) => {
		tell({ event: 'enquire_link', answered: !silent });
		if (!silent) session.send(pdu.response());
	});
	session.on('generic_nack', (pdu) => tell({ event: 'nack', status: pdu.command_status, of: pdu.sequence_number }));
	session.on('unbind', (pdu) => {
		tell({ event: 'unbind' });
		session.send(pdu.response(), undefined, () => session.close());
	});
	session.on('error', (error) => tell({ event: 'error', what: error.message }));
	session.on('close', () => {
		sessions.delete(session);
		const at = receivers.indexOf(session);
		if (at >= 0) receivers.splice(at, 1);
		tell({ event: 'close' });
	});
});
server.listen(Number(process.argv[2] || 0), '127.0.0.1', () =>
	tell({ event: 'listening', port: server.address().port }));

obey({
	behave: (command) => { behaviour = command; count = 0; },
	accounts: (command) => { password = command.password; bindStatus = command.status || 0; },
	ids: (command) => { taken = command.after; },
	silence: (command) => { silent = command.on; },
	release: (command) => {
		const answers = held.splice(0);
		if (command.reversed) answers.reverse();
		for (const answer of answers) answer();
	},
	deliver: (command) => receiver().deliver_sm(fromJson(command.fields),
		(answer) => tell({ event: 'delivered', status: answer.command_status, message_id: answer.message_id })),
	enquire: () => receiver().enquire_link((answer) =>
		tell({ event: 'alive', status: answer.command_status })),
	octets: (command) => receiver().socket.write(Buffer.from(command.hex, 'hex')),
	drop: () => { for (const session of sessions) session.destroy(); },
	unbind: () => { for (const session of sessions) session.unbind(() => session.close()); },
});
