// A client made of npm smpp: sends what it is told, tells each answer and everything the message centre sends.
'use strict';

const smpp = require('smpp');
const { fromJson, obey, tell, toJson } = require('./lines');

let session;
let statuses = []; // of the next deliver_sm_resp; 0 when there are none left

function received(pdu) {
	if (pdu.command === 'generic_nack') tell({ event: 'nack', status: pdu.command_status, of: pdu.sequence_number });
	if (pdu.isResponse()) return; // told by the callback of its request
	tell({ event: pdu.command, ...toJson({ ...pdu }) });
	if (pdu.command === 'alert_notification') return;
	const status = /^(deliver|data)_sm$/.test(pdu.command) ? statuses.shift() || 0 : 0;
	session.send(pdu.response({ command_status: status }));
}

obey({
	connect: (command) => {
		session = smpp.connect({ host: '127.0.0.1', port: command.port }, () => tell({ event: 'connect' }));
		session.on('pdu', received);
		session.on('close', () => tell({ event: 'close' }));
		session.on('error', (error) => tell({ event: 'error', what: error.message }));
	},
	send: (command) => session[command.command](fromJson(command.fields || {}),
		(answer) => tell({ event: 'answer', key: command.key, ...toJson({ ...answer }) })),
	answer: (command) => { statuses = command.statuses; },
	octets: (command) => session.socket.write(Buffer.from(command.hex, 'hex')),
	close: () => session.destroy(),
});
