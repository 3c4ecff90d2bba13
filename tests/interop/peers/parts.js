// Reads a JSON list of texts from stdin and tells, for each, how two libraries divide it.
'use strict';

const { SegmentedMessage } = require('sms-segments-calculator');
const splitSms = require('split-sms');

const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const counted = texts.map((text) => {
	const twilio = new SegmentedMessage(text);
	const split = splitSms.split(text);
	return {
		twilio: { encoding: twilio.encodingName, parts: twilio.segmentsCount, graphemes: twilio.graphemes },
		split: { encoding: split.characterSet, parts: split.parts.map((part) => part.content) },
	};
});
process.stdout.write(JSON.stringify(counted));
