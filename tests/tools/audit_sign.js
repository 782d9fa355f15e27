// Signatures of audit rows as a program in JavaScript makes them: node audit_sign.js PROFILE
// KEYFILE, NDJSON -> NDJSON.  Independent of the project; the second implementation of RFC 8785.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const fields = ['id', 'tenant_id', 'event_type', 'event_data', 'actor_id', 'actor_type', 'created_at'];

function jcs(v) {
	if (Array.isArray(v))
		return '[' + v.map(jcs).join(',') + ']';
	if (v !== null && typeof v === 'object')
		return '{' + Object.keys(v).sort().map((k) => JSON.stringify(k) + ':' + jcs(v[k])).join(',') + '}';
	return JSON.stringify(v);
}

// Keys sorted on their way in; JavaScript itself puts those that look like array indices first.
function sorted(v) {
	if (Array.isArray(v))
		return v.map(sorted);
	if (v === null || typeof v !== 'object')
		return v;
	return Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])]));
}

const [profile, keyfile] = process.argv.slice(2);
const key = Buffer.from(fs.readFileSync(keyfile, 'utf8').trim(), 'hex');
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
	if (line === '')
		continue;
	const row = JSON.parse(line);
	const signed = {};
	for (const f of fields)
		signed[f] = row[f];
	signed.created_at = new Date(row.created_at).toISOString();
	const text = profile === 'jcs' ? jcs(signed) : JSON.stringify(fields.map((f) => sorted(signed[f])));
	row.signature = crypto.createHmac('sha256', key).update(text).digest(profile === 'jcs' ? 'hex' : 'base64');
	process.stdout.write(JSON.stringify(row) + '\n');
}
