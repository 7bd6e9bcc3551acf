// A scripted SMSC on the npm package `smpp` (npm i smpp): an independent counterpart for tests and load.
//
//   PORT=2775 CTL=2776 PASS=pw LOG=submit.log node smsc.js        TLSPORT, KEY, CERT add smpps (0: any free port); ID0 is the first message id (default 1: ids repeat after a restart, as they do in the field)
//   With PORT=0 CTL=0 it takes free ports; one line of JSON on standard output tells them when it listens.
//
// Control over HTTP on CTL:
//   /stats · /reset · /dropall (cut every link; mode=rx: those alone) · /down?ms=5000 (refuse binds for so long)
//   /set?bind=5                              every bind answered with that command status (5: ESME_RALYBND)
//   /set?throttle=0.1&qfull=0.1&invdst=0.1   share of submits answered with that error
//   /set?refuse=1&status=8                   share of submits answered with that command status (8: ESME_RSYSERR)
//   /set?rate=100                            token bucket: ESME_RTHROTTLED above so many a second
//   /set?noresp=0.05&delay=100               share never answered; milliseconds before an answer
//   /set?twice=0.01&wrongseq=0.01            share answered twice; share preceded by an answer to a sequence number never sent
//   /set?dropAfter=300                       cut the link at every 300th submit (what was accepted stays accepted)
//   /set?dlr=1&dlrms=50                      receipts so many milliseconds after acceptance; dlrms=-1: before the submit_sm_resp
//   /set?dlrform=3                           1 text, 2 TLVs, 3 both · /set?decimal=1: ids decimal in responses and hex in receipts, as some SMSCs do
//   /mo?from=…&to=…&text=…&dcs=0&esm=0       a text from a handset; hex=… instead of text for raw octets
//   /set?spread=1                            receipts and texts go to every receiver in turn, not to the first
//   /mo?…&udh=050003070201                   a header before it (hex, with its length octet; set esm=64)
// Receipts and texts wait until a receiver of that system_id is bound, and are delivered again if the link dies before deliver_sm_resp, or that says "not now".
// LOG gets one JSON line per submit: t, answered (ms, when the answer is due), word (OK, ERR<n>, NORESP), session, dst, src, id, dcs, esm, reg, udh, len, text (message_payload too).
const smpp = require('smpp'), http = require('http'), fs = require('fs');
const env = process.env;
const cfg = { throttle: 0, qfull: 0, invdst: 0, refuse: 0, status: 8, bind: 0, rate: 0, noresp: 0, delay: 0, twice: 0, wrongseq: 0, dropAfter: 0, dlr: 0, dlrms: 50, dlrform: 3, decimal: 0, spread: 0 };
const stats = { submit: 0, ok: 0, refused: 0, binds: 0, enquire: 0, closed: 0, dlr: 0, mo: 0, redelivered: 0, inflight_max: 0 };
const log = env.LOG ? fs.openSync(env.LOG, 'a') : null;
const sessions = new Set();
const waiting = [];                       // {sysid, pdu, kind}: not yet acknowledged by a receiver
let nextId = Number(env.ID0 || 1), downUntil = 0, tokens = 0, refilled = Date.now(), sessionCount = 0, turn = 0;
const NOT_NOW = new Set([smpp.ESME_RSYSERR, smpp.ESME_RMSGQFUL, smpp.ESME_RTHROTTLED, smpp.ESME_RX_T_APPN]);

const chance = share => share > 0 && Math.random() < share;

function overRate() {
  if (!cfg.rate) return false;
  const now = Date.now();
  tokens = Math.min(cfg.rate, tokens + (now - refilled) * cfg.rate / 1000);
  refilled = now;
  if (tokens < 1) return true;
  tokens -= 1;
  return false;
}

function statusFor() {
  if (overRate() || chance(cfg.throttle)) return smpp.ESME_RTHROTTLED;
  if (chance(cfg.qfull)) return smpp.ESME_RMSGQFUL;
  if (chance(cfg.invdst)) return smpp.ESME_RINVDSTADR;
  if (chance(cfg.refuse)) return cfg.status;
  return smpp.ESME_ROK;
}

function pump() {
  for (const item of waiting) {
    if (item.session) continue;
    const targets = [...sessions].filter(s => s.mode && s.mode !== 'tx' && (!item.sysid || s.sysid === item.sysid));
    const target = targets[cfg.spread ? turn++ % targets.length : 0];
    if (!target) continue;
    item.session = target;
    if (item.tries++) stats.redelivered++;
    target.deliver_sm({ ...item.pdu }, answer => {
      if (NOT_NOW.has(answer.command_status)) {
        if (item.session === target) item.session = null;
        return setTimeout(pump, 500);
      }
      const at = waiting.indexOf(item);
      if (at >= 0) { waiting.splice(at, 1); stats[item.kind]++; }
    });
  }
}

function deliver(kind, sysid, pdu) { waiting.push({ kind, sysid, pdu, session: null, tries: 0 }); pump(); }

function userData(query) {
  const message = query.hex === undefined ? query.text : Buffer.from(query.hex, 'hex');
  return query.udh ? { udh: Buffer.from(query.udh, 'hex'), message } : message;
}

function receipt(session, pdu, number) {
  const id = number.toString(16), day = new Date().toISOString().replace(/[-T:]/g, '').slice(2, 12);
  const out = { esm_class: 4, source_addr: pdu.destination_addr, destination_addr: pdu.source_addr };
  if (cfg.dlrform & 1) out.short_message = `id:${id} sub:001 dlvrd:001 submit date:${day} done date:${day} stat:DELIVRD err:000 text:`;
  if (cfg.dlrform & 2) { out.receipted_message_id = id; out.message_state = 2; }
  deliver('dlr', session.sysid, out);
}

function onSubmit(session, pdu) {
  stats.submit++;
  session.inflight = (session.inflight || 0) + 1;
  stats.inflight_max = Math.max(stats.inflight_max, session.inflight);
  const payload = pdu.message_payload, body = payload ? (payload.message || payload) : pdu.short_message.message;
  const text = Buffer.isBuffer(body) ? body.toString('latin1') : String(body || '');
  const swallowed = chance(cfg.noresp), status = swallowed ? 0 : statusFor(), number = nextId++;
  const id = cfg.decimal ? String(number) : number.toString(16);
  const source = payload || pdu.short_message, t = Date.now();
  // Written before the answer is: whoever knows of the answer finds the line.
  if (log !== null) fs.writeSync(log, JSON.stringify({ t, answered: swallowed ? null : t + cfg.delay, word: swallowed ? 'NORESP' : status ? 'ERR' + status : 'OK', session: session.number,
    dst: pdu.destination_addr, src: pdu.source_addr, id, dcs: pdu.data_coding, esm: pdu.esm_class, reg: pdu.registered_delivery,
    udh: source.udh ? Buffer.concat([].concat(source.udh)).toString('hex') : undefined, sar: pdu.sar_msg_ref_num, len: text.length, text: text.slice(0, 4000) }) + '\n');
  const wantsReceipt = cfg.dlr && !status && pdu.registered_delivery & 1;
  if (wantsReceipt && cfg.dlrms < 0) receipt(session, pdu, number);
  const answer = () => {
    session.inflight--;
    if (status) { stats.refused++; return session.send(pdu.response({ command_status: status })); }
    stats.ok++;
    if (!swallowed) {
      if (chance(cfg.wrongseq)) { const stray = pdu.response({ message_id: id }); stray.sequence_number = 0x7ffffff0; session.send(stray); }
      session.send(pdu.response({ message_id: id }));
      if (chance(cfg.twice)) session.send(pdu.response({ message_id: id }));
    }
    if (wantsReceipt && cfg.dlrms >= 0) setTimeout(() => receipt(session, pdu, number), cfg.dlrms);
  };
  if (cfg.delay) setTimeout(answer, cfg.delay); else answer();
  if (cfg.dropAfter && stats.submit % cfg.dropAfter === 0) session.socket.destroy();
}

function onSession(session) {
  session.number = ++sessionCount;
  sessions.add(session);
  session.on('error', () => {});
  session.on('close', () => {
    sessions.delete(session); stats.closed++;
    for (const item of waiting) if (item.session === session) item.session = null;
    pump();
  });
  const bind = mode => pdu => {
    stats.binds++;
    const refusal = Date.now() < downUntil ? smpp.ESME_RSYSERR : cfg.bind ? cfg.bind : env.PASS && pdu.password !== env.PASS ? smpp.ESME_RINVPASWD : 0;
    if (refusal) {
      session.send(pdu.response({ command_status: refusal }));
      return session.close();
    }
    session.mode = mode; session.sysid = pdu.system_id;
    session.send(pdu.response({ system_id: 'SMSC' }));
    setTimeout(pump, 20);
  };
  session.on('bind_transceiver', bind('trx'));
  session.on('bind_transmitter', bind('tx'));
  session.on('bind_receiver', bind('rx'));
  session.on('enquire_link', pdu => { stats.enquire++; session.send(pdu.response()); });
  session.on('unbind', pdu => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', pdu => onSubmit(session, pdu));
}

const server = smpp.createServer(onSession);
const secure = env.TLSPORT ? smpp.createServer({ key: fs.readFileSync(env.KEY), cert: fs.readFileSync(env.CERT) }, onSession) : null;
if (secure) secure.listen(Number(env.TLSPORT), '127.0.0.1');

const control = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost'), query = Object.fromEntries(url.searchParams);
  if (url.pathname === '/set') for (const key in query) cfg[key] = Number(query[key]);
  if (url.pathname === '/reset') for (const key in stats) stats[key] = 0;
  if (url.pathname === '/down') { downUntil = Date.now() + Number(query.ms || 5000); for (const s of sessions) s.socket.destroy(); }
  if (url.pathname === '/dropall') for (const s of sessions) if (!query.mode || s.mode === query.mode) s.socket.destroy();
  if (url.pathname === '/mo') {
    deliver('mo', query.sys, { source_addr: query.from, destination_addr: query.to, esm_class: Number(query.esm || 0),
      data_coding: Number(query.dcs || 0), short_message: userData(query) });
  }
  response.end(JSON.stringify({ stats, cfg, sessions: sessions.size, modes: [...sessions].map(s => s.mode).filter(Boolean).sort(), waiting: waiting.length,
    rss: process.memoryUsage().rss, cpu: process.cpuUsage() }) + '\n');
});

server.listen(Number(env.PORT || 2775), '127.0.0.1', () => control.listen(Number(env.CTL || 2776), '127.0.0.1',
  () => console.log(JSON.stringify({ port: server.address().port, control: control.address().port, tls: secure && secure.address().port }))));
