// What the peers share: commands come as JSON on lines of stdin, what happened goes as JSON on lines of stdout.
// Octets are {"hex": "..."} in both directions.
'use strict';

const readline = require('readline');

function tell(happened) {
	process.stdout.write(JSON.stringify(happened) + '\n');
}

// Calls actions[command.do](command) for each line; 'ping' is answered by itself. The process ends with its stdin.
function obey(actions) {
	actions.ping = () => tell({ event: 'pong' });
	const lines = readline.createInterface({ input: process.stdin });
	lines.on('line', (line) => {
		const command = JSON.parse(line);
		actions[command.do](command);
	});
	lines.on('close', () => process.exit(0));
}

// Octets of a command as Buffers.
function fromJson(value) {
	if (Array.isArray(value)) return value.map(fromJson);
	if (value === null || typeof value !== 'object') return value;
	if ('hex' in value) return Buffer.from(value.hex, 'hex');
	return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, fromJson(inside)]));
}

function toJson(value) {
	if (Buffer.isBuffer(value)) return { hex: value.toString('hex') };
	if (value instanceof Date) return value.toISOString();
	if (Array.isArray(value)) return value.map(toJson);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, toJson(inside)]));
}

module.exports = { fromJson, obey, tell, toJson };
