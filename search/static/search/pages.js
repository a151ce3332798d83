/* What other pages tell the search log: results shown and opened, articles read, contacts. */

const READ_MS = 5000;
/* Less is a look, not a reading. */
const MIN_DWELL_S = 1;

/** A results page: confirm the search that the server recorded, report what is shown. */
export function watchResults(root, log) {
  const { eventId, queryId, text } = root.dataset;
  const application = "primary-search";
  const about = (action, fields) => log.event(action, { query_id: queryId, application, ...fields });
  const links = [...root.querySelectorAll("[data-result]")];

  /* Without an id of the server's this is a further page or a narrower view of one search. */
  const events = links
    .filter((link) => link.closest(".result"))
    .map((link) => about("impression", row(link)));
  if (eventId) {
    const before = log.previousSearch;
    const previous_id = before === eventId ? undefined : before;
    events.unshift(about("search", { id: eventId, text, previous_id }));
    log.rememberSearch(eventId);
  }
  log.send(events);

  for (const link of links) {
    const report = () => {
      log.send([about("click", row(link))]);
      log.rememberOpened(link.dataset.result, queryId, log.previousSearch);
    };
    link.addEventListener("click", report);
    link.addEventListener("auxclick", (event) => event.button === 1 && report());
  }

  const answer = root.querySelector("[data-answer]");
  if (answer) {
    setTimeout(() => {
      if (document.visibilityState !== "visible") return;
      log.send([about("answer_read", { object_id: answer.dataset.answer })]);
    }, READ_MS);
  }
}

function row(link) {
  return { object_id: link.dataset.result, position: Number(link.dataset.position) };
}

/** An article: report how long it was in view, if a search led here. */
export function watchReading(objectId, log) {
  const opened = log.openedFrom(objectId);
  if (!opened) return;
  let seconds = 0;
  let since = document.visibilityState === "visible" ? performance.now() : null;

  /* A hidden page may never come back: every time it hides, the total so far is reported. */
  const hide = () => {
    if (since === null) return;
    seconds += (performance.now() - since) / 1000;
    since = null;
    if (seconds < MIN_DWELL_S) return;
    const { queryId, searchId } = opened;
    log.sendLeaving([
      log.event("dwell", {
        object_id: objectId,
        query_id: queryId,
        previous_id: searchId,
        seconds: Math.round(seconds),
      }),
    ]);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hide();
    else since = performance.now();
  });
  addEventListener("pagehide", hide);
}

/** Links to support: the reader goes on to ask a person. */
export function watchContacts(log) {
  for (const link of document.querySelectorAll("[data-contact]")) {
    link.addEventListener("click", () => {
      log.send([log.event("contact", { previous_id: log.previousSearch })]);
    });
  }
}
