const services = new Map();
const rows = new Map();
const changed = new Set();
const dialog = document.getElementById('maintenance');
document.getElementById('cancel').onclick = () => dialog.close();
// What could make a text look like another one: control characters, and marks that change the direction of what follows.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const events = new EventSource('/events');
events.onopen = () => {
  services.clear();
  rows.clear();
  document.getElementById('services').replaceChildren();
  say('');
};
events.onerror = () => say('The application does not answer; what is shown is as it was.');
events.onmessage = message => {
  const event = JSON.parse(message.data);
  if (event.kind === 'REMOVED') {
    services.delete(event.service.uuid);
  } else if (event.service) {
    // etcd does not say since when a service is expired.
    services.set(event.service.uuid, { ...event.service, since: event.service.since ?? event.at });
  }
  if (changed.size === 0) {
    requestAnimationFrame(show);
  }
  changed.add(event.service?.uuid);
};

/** Leaves the rows of other services as they are, so that no click on them is lost. */
function show() {
  let added = false;
  for (const uuid of changed) {
    const service = services.get(uuid);
    const old = rows.get(uuid);
    if (!service) {
      old?.remove();
      rows.delete(uuid);
    } else {
      rows.set(uuid, row(service));
      old?.replaceWith(rows.get(uuid));
      added ||= !old;
    }
  }
  changed.clear();
  const sorted = [...services.values()].sort((a, b) => a.type.localeCompare(b.type) || a.host.localeCompare(b.host));
  if (added) {
    document.getElementById('services').replaceChildren(...sorted.map(service => rows.get(service.uuid)));
  }
  const up = sorted.filter(service => service.liveness === 'UP').length;
  document.getElementById('count').textContent = up + ' of ' + sorted.length + ' up';
}

function row(service) {
  const tr = document.createElement('tr');
  tr.dataset.uuid = service.uuid;
  tr.append(
    cell(name(service)),
    cell(text(service.region)),
    cell(badge(service.liveness)),
    cell(when(service.since)),
    cell(service.reason),
    cell(...maintenance(service.maintenance)),
    cell(
      button('Down', () => write(service, 'down')),
      button('Up', () => write(service, 'up')),
      button('Maintenance…', () => maintain(service))));
  return tr;
}

function cell(...content) {
  const td = document.createElement('td');
  td.append(...content);
  return td;
}

function name(service) {
  const span = document.createElement('span');
  span.append(text(service.type), ' on ', text(service.host));
  span.title = [service.uuid, service.endpoint && service.endpoint.address + ':' + service.endpoint.port,
    ...Object.entries(service.metadata ?? {}).map(([key, value]) => key + '=' + value)]
    .filter(x => x).map(plain).join('\n');
  return span;
}

function maintenance(window) {
  if (!window) {
    return [];
  }
  const times = [window.start && ' from ' + when(window.start), window.end && ' until ' + when(window.end)];
  return [text(window.note), ...times.filter(x => x)];
}

function badge(word) {
  const span = document.createElement('span');
  span.className = 'badge ' + word;
  span.textContent = word;
  return span;
}

function button(label, act) {
  const it = document.createElement('button');
  it.textContent = label;
  it.onclick = act;
  return it;
}

/** A text that others wrote: never markup, and kept from turning around what is beside it. */
function text(value) {
  const bdi = document.createElement('bdi');
  bdi.textContent = plain(value);
  return bdi;
}

function plain(value) {
  return (value ?? '').replace(INVISIBLE, mark => '\\u' + mark.charCodeAt(0).toString(16).padStart(4, '0'));
}

function when(time) {
  if (!time) {
    return '';
  }
  const date = new Date(time);
  return date.toDateString() === new Date().toDateString() ? date.toLocaleTimeString() : date.toLocaleString();
}

function say(message) {
  document.getElementById('message').textContent = message;
}

function maintain(service) {
  const form = dialog.querySelector('form');
  form.reset();
  document.getElementById('maintained').textContent = plain(service.type + ' on ' + service.host);
  dialog.returnValue = '';
  dialog.onclose = () => {
    if (dialog.returnValue === 'begin') {
      const minutes = form.minutes.valueAsNumber;
      const end = minutes ? new Date(Date.now() + minutes * 60_000).toISOString() : undefined;
      write(service, 'down', { note: form.note.value, end });
    }
  };
  dialog.showModal();
}

async function write(service, what, value) {
  try {
    const answer = await fetch('/services/' + encodeURIComponent(service.uuid) + '/' + what, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: value && JSON.stringify(value)
    });
    say(answer.ok ? '' : await answer.text());
  } catch (e) {
    say('The application does not answer.');
  }
}

async function ask() {
  try {
    const self = await (await fetch('/self')).json();
    const headline = document.createElement('div');
    const strong = document.createElement('strong');
    strong.append(text(self.type), ' on ', text(self.host));
    headline.append('This application: ', strong, badge(self.state));
    const why = document.createElement('div');
    why.append('since ' + when(self.since) + ': ', text(self.reason));
    const details = document.createElement('div');
    details.className = 'quiet';
    details.append('region ', text(self.region), ', uuid ', text(self.uuid),
      self.leaseId ? ', lease ' + self.leaseId + ', TTL ' + self.ttl + ' s' : '');
    document.getElementById('self').replaceChildren(headline, why, details);
    const freshness = await (await fetch('/view/freshness')).json();
    document.getElementById('freshness').textContent = 'The view is ' + freshness.state + ', at revision '
      + freshness.revision + '.';
  } catch (e) {
    document.getElementById('self').textContent = 'This application does not answer.';
  }
}

ask();
setInterval(ask, 1000);
