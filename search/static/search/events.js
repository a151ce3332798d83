/* What the search log is told: batches of events, linked by a visit id that names nobody. */

const VISIT = "annai.visit";
const LAST_SEARCH = "annai.last-search";
const OPENED = "annai.opened";
/* A follow-up counts as one for so long; later, it is another matter. */
const JOURNEY_MS = 30 * 60 * 1000;

/** A random UUID, on plain http addresses too (crypto.randomUUID wants https). */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/* Storage may be forbidden; then every page is a visit of its own. */
function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    /* nothing is linked then */
  }
}

export class EventLog {
  constructor(address, locale) {
    this.address = address;
    this.locale = locale;
    this.visit = stored(VISIT) ?? uuid();
    store(VISIT, this.visit);
  }

  /** An event of the catalogue in search/log/events.py; `fields` are its own. */
  event(action, fields) {
    return { id: uuid(), action, locale: this.locale, timestamp: new Date().toISOString(), ...fields };
  }

  /** Send while the page stays, or is about to be left by a link. */
  send(events) {
    if (!events.length) return;
    const body = this.#body(events);
    const headers = { "Content-Type": "application/json" };
    fetch(this.address, { method: "POST", body, headers, keepalive: true }).catch(() => {
      /* Logging never stands in a reader's way. */
    });
  }

  /** Send while the page goes away, when answers can no longer be waited for. */
  sendLeaving(events) {
    if (!events.length) return;
    const body = new Blob([this.#body(events)], { type: "application/json" });
    if (!navigator.sendBeacon(this.address, body)) this.send(events);
  }

  #body(events) {
    return JSON.stringify({ visit: this.visit, events });
  }

  /** The id of this visit's latest search, or undefined when it is long ago. */
  get previousSearch() {
    const last = stored(LAST_SEARCH);
    return last && Date.now() - last.at < JOURNEY_MS ? last.id : undefined;
  }

  rememberSearch(id) {
    store(LAST_SEARCH, { id, at: Date.now() });
  }

  /** Remember which search an article was opened from; the article's page asks. */
  rememberOpened(objectId, queryId, searchId) {
    store(OPENED, { objectId, queryId, searchId, at: Date.now() });
  }

  openedFrom(objectId) {
    const opened = stored(OPENED);
    const fits = opened?.objectId === objectId && Date.now() - opened.at < JOURNEY_MS;
    return fits ? opened : null;
  }
}
