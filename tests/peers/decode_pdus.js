// Reads PDUs as lines of hexadecimal digits, and writes a line of JSON for each: how the npm package smpp reads it, null if it refuses
// it. Texts and times are left as octets: what they mean is not compared here. For tests/proofs/pdu-codecs.
'use strict';
const { filters, tlvs } = require('smpp/lib/defs');
const { PDU } = require('smpp/lib/pdu');

for (const filter of Object.values(filters)) filter.decode = (value) => value;

const hex = (value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value), 'latin1')).toString('hex');

function read(octets) {
  const pdu = new PDU(octets);
  const fields = {}, parameters = [];
  for (const [name, value] of Object.entries(pdu)) {
    if (name === 'command' || typeof value === 'function') continue;
    const isNumber = typeof value === 'number';
    if (/^\d+$/.test(name)) parameters.push([Number(name), hex(value)]);
    else if (tlvs[name] && Array.isArray(value)) for (const one of value) parameters.push([tlvs[name].id, typeof one === 'number' ? one : hex(one)]);
    else if (tlvs[name]) parameters.push([tlvs[name].id, isNumber ? value : hex(value)]);
    else fields[name] = isNumber ? value : hex(value);
  }
  return { ...fields, tlvs: parameters };
}

const lines = require('fs').readFileSync(0, 'latin1').split('\n').filter(Boolean);
for (const line of lines) {
  let answer = null;
  try {
    answer = read(Buffer.from(line.trim(), 'hex'));
  } catch (error) {
    answer = null;
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
