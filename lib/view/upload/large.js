// Files too large for the page's box: picked or dropped, sent one after the other, each with leave of the page.
// What is on its way outlives the box: the reader may look at other pages meanwhile.

const line = (window.headlightLargeFiles ??= { waiting: [], phase: 'idle', number: Date.now(), said: '' });

const megabytes = n => Math.max(1, Math.round(n / 1e6)).toLocaleString('en');
const part = name => line.root?.querySelector(`.hl-large-${name}`);

function draw() {
  if (!line.root?.isConnected) return;
  const busy = line.phase !== 'idle', share = line.share || 0;
  part('idle').hidden = busy;
  part('busy').hidden = !busy;
  part('said').textContent = line.said;
  part('said').hidden = !line.said;
  part('limits').textContent = line.limits;
  if (!busy) return;
  part('name').textContent = line.file.name;
  const percent = Math.floor(share * 100);
  part('bar').setAttribute('aria-valuenow', percent);
  part('bar').firstElementChild.style.width = `${percent}%`;
  const more = line.waiting.length ? ` · ${line.waiting.length} more to come` : '';
  part('far').textContent = line.phase === 'asking' ? 'Getting ready …'
    : share >= 1 ? 'Nearly there …' : `${percent} % · ${megabytes(share * line.file.size)} of ${megabytes(line.file.size)} MB${more}`;
}

function add(files) {
  line.waiting.push(...files);
  if (line.phase === 'idle') { line.said = ''; next({}); }
}

function pick() {
  const picker = (line.picker = Object.assign(document.createElement('input'), { type: 'file', multiple: true }));
  picker.onchange = () => add(picker.files);
  picker.click();
}

function next(words) {  // one message to the page: what ended, and what is asked for now
  const ended = line.phase === 'sending' ? line.number : null;
  line.file = line.waiting.shift();
  line.phase = line.file ? 'asking' : 'idle';
  line.share = 0;
  line.sent = line.ticket = null;
  if (words.said) line.said = words.said;
  if (line.file) line.number += 1;
  line.asked = { ended, number: line.number, name: line.file?.name ?? null, size: line.file?.size ?? 0 };
  draw();
  line.tell(line.asked);
}

function send(data) {
  const request = (line.sent = new XMLHttpRequest());
  const isNow = () => line.sent === request;
  const ends = said => { if (isNow()) next({ said }); };
  line.phase = 'sending';
  line.ticket = data.ticket;
  request.upload.onprogress = event => { if (isNow()) { line.share = event.loaded / Math.max(1, event.total); draw(); } };
  request.onload = () => {
    if (request.status === 201) return ends('');
    let said = '';
    try { said = JSON.parse(request.responseText).said; } catch { /* a proxy's own words */ }
    ends(said || `The upload was refused on its way (${request.status}). Nothing was kept of it.`);
  };
  request.onerror = () => ends('The connection was lost, or the server stopped the upload. Nothing was kept of it; choose the file again.');
  request.open('PUT', new URL(data.path, location.origin));
  request.setRequestHeader('X-Headlight-Ticket', data.ticket);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.send(line.file);
  draw();
}

function cancel(said) {
  const request = line.sent;
  line.waiting = [];
  if (line.phase === 'asking') line.phase = 'sending';  // so that the page hears of its end
  next({ said });
  request?.abort();
}

function heard(event) {  // a file too large for the page's own box, put there all the same
  if (!line.isHere || !event.target.closest?.('[data-testid="stFileUploader"]')) return;
  const files = [...((event.type === 'drop' ? event.dataTransfer : event.target).files ?? [])];
  if (!files.some(file => file.size > line.most)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type === 'drop') event.target.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
  else event.target.value = '';
  add(files);
}

if (!line.listens) {
  line.listens = true;
  for (const kind of ['drop', 'change']) window.addEventListener(kind, event => line.heard(event), true);
  window.addEventListener('beforeunload', event => { if (line.phase !== 'idle') event.preventDefault(); });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const isNew = line.root !== parentElement;
  Object.assign(line, { root: parentElement, isHere: true, most: data.most, limits: data.limits, heard });
  line.tell = words => setTriggerValue('words', words);
  part('choose').onclick = pick;
  part('cancel').onclick = () => cancel('Cancelled. Nothing was kept of it.');
  if (line.phase === 'asking' && data.number === line.number) {
    if (data.ticket) send(data); else next({ said: data.said });
  } else if (line.phase === 'asking' && isNew) {
    line.tell(line.asked);  // nobody was there to hear it
  } else if (line.phase === 'sending' && data.came === line.ticket) {
    next({});
  } else if (line.phase === 'sending' && data.ticket !== line.ticket) {
    const request = line.sent;  // the server's own words may be about to arrive
    setTimeout(() => { if (request && line.sent === request) cancel('The upload was called off.'); }, 1500);
  }
  draw();
  return () => { if (line.root === parentElement) line.isHere = false; };
}
