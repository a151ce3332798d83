/* From keystrokes to settled searches.

   A search is settled by a pause, a click, leaving the field or leaving the page. Typing on in
   the same field replaces it (same id); after a click, after leaving or emptying the field, the
   next one is a new search that names its predecessor. Enter opens the results page, which
   records the question itself. */
import { uuid } from "./events.js";

const PAUSE_MS = 1500;
const READ_MS = 5000;

export class TypingSession {
  #answer = null; // what the list shows
  #outdated = false; // the text has changed since
  #logged = null; // query_id of the list that was posted last
  #pause = 0;
  #reading = 0;

  constructor(log) {
    this.log = log;
    this.#begin();
    addEventListener("pagehide", () => this.#settle({ leaving: true }));
  }

  #begin() {
    this.id = uuid();
    this.#logged = null;
    this.previous = undefined;
  }

  /** The text changed; what was shown is no longer what is asked. */
  typed() {
    this.#outdated = true;
    this.#stopClocks();
  }

  /** The field was emptied: what comes next is another question. */
  emptied() {
    this.typed();
    this.#answer = null;
    if (this.#logged) this.#begin();
  }

  /** A list is on screen. `composing`: an IME is at work, so nothing is settled yet. */
  shown(answer, composing) {
    this.#stopClocks();
    this.#answer = answer;
    this.#outdated = false;
    if (composing) return;
    this.#pause = setTimeout(() => this.#settle(), PAUSE_MS);
    const read = answer.suggestions.find((suggestion) => suggestion.kind === "answer");
    if (read) this.#reading = setTimeout(() => this.#answerRead(read), READ_MS);
  }

  /** The list went away without a choice. */
  closed() {
    clearTimeout(this.#reading);
  }

  /** The field was left, and with it this question. */
  left() {
    this.#settle();
    this.#end();
  }

  /** A suggestion was followed; `position` counts from 1. */
  opened(suggestion, position) {
    const answer = this.#answer;
    this.#settle({
      more: [this.#about(answer, "click", { object_id: suggestion.id, position })],
    });
    this.log.rememberOpened(suggestion.id, answer.query_id, this.id);
    this.#end();
  }

  /** The question goes to the results page. */
  submitted() {
    this.typed();
    this.#answer = null;
  }

  #stopClocks() {
    clearTimeout(this.#pause);
    clearTimeout(this.#reading);
  }

  #end() {
    this.#stopClocks();
    this.#answer = null;
    if (this.#logged) this.#begin();
  }

  #answerRead(suggestion) {
    if (document.visibilityState !== "visible" || !this.#answer) return;
    const read = this.#about(this.#answer, "answer_read", { object_id: suggestion.id });
    this.#settle({ more: [read] });
  }

  #settle({ leaving = false, more = [] } = {}) {
    clearTimeout(this.#pause);
    /* An outdated list is no final question, unless one of its rows was used. */
    const settled = this.#answer && (more.length || !this.#outdated);
    const events = settled ? [...this.#searchEvents(this.#answer), ...more] : [];
    leaving ? this.log.sendLeaving(events) : this.log.send(events);
  }

  /** The search and what was shown, once for every list. */
  #searchEvents(answer) {
    if (!answer.query_id || answer.query_id === this.#logged) return [];
    this.previous ??= this.log.previousSearch;
    this.#logged = answer.query_id;
    const search = this.#about(answer, "search", {
      id: this.id,
      text: answer.q,
      previous_id: this.previous === this.id ? undefined : this.previous,
    });
    const shown = answer.suggestions
      .map((suggestion, index) => ({ object_id: suggestion.id, position: index + 1 }))
      .filter((row) => row.object_id);
    this.log.rememberSearch(this.id);
    return [search, ...shown.map((row) => this.#about(answer, "impression", row))];
  }

  #about(answer, action, fields) {
    return this.log.event(action, {
      query_id: answer.query_id,
      application: "type-ahead",
      ...fields,
    });
  }
}
