/* The question box: an editable combobox with a list and manual selection, after the ARIA
   Authoring Practices. Focus stays in the field; an input method is never disturbed. Without
   this script the box is a plain form. */
import { SuggestionList } from "./suggestion-list.js";

const DEBOUNCE_MS = 120;
const IME_KEY = 229;

export class QuestionBox {
  #seq = 0;
  #request = null;
  #timer = 0;
  #composing = false;
  #asked = ""; // the text that the list is for, or will be

  constructor(root, session) {
    this.root = root;
    this.session = session;
    this.form = root.querySelector("form");
    this.input = root.querySelector("input");
    this.messages = JSON.parse(root.querySelector("script").textContent);
    this.list = new SuggestionList(root, this.input, this.messages);
  }

  start() {
    const { input, list } = this;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    this.#asked = input.value.trimStart();
    input.addEventListener("input", () => this.#changed());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("compositionstart", () => (this.#composing = true));
    input.addEventListener("compositionend", () => this.#committed());
    /* Back from the page that was opened: what was under way then has not come in. */
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      this.#asked = "";
      this.#changed();
    });
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.root.addEventListener("focusout", (event) => {
      if (!this.root.contains(event.relatedTarget)) this.#leave();
    });
    /* Keep the focus in the field when a row is pressed. */
    list.panel.addEventListener("mousedown", (event) => event.preventDefault());
    list.panel.addEventListener("click", (event) => this.#follow(event));
    list.panel.addEventListener("auxclick", (event) => event.button === 1 && this.#follow(event));
  }

  /* --- asking ------------------------------------------------------------------------------- */

  #changed() {
    /* A space at the end stays: it says that the last word is finished. */
    const text = this.input.value.trimStart();
    if (text === this.#asked) return;
    this.#asked = text;
    this.#stopAsking();
    this.session.typed();
    if (!text) {
      this.session.emptied();
      this.list.close();
      return;
    }
    this.#timer = setTimeout(() => this.#ask(text), DEBOUNCE_MS);
  }

  #stopAsking() {
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  async #ask(text) {
    const seq = ++this.#seq;
    this.#request = new AbortController();
    const shown = this.list.articleIds.join(",");
    const query = new URLSearchParams({ q: text, visit: this.session.log.visit, seq, shown });
    const slow = setTimeout(() => this.list.loading(), 4 * DEBOUNCE_MS);
    try {
      const response = await fetch(`${this.root.dataset.suggestUrl}?${query}`, {
        signal: this.#request.signal,
        headers: { Accept: "application/json" },
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const answer = await response.json();
      if (seq === this.#seq && text === this.#asked) this.#show(answer);
    } catch (error) {
      if (error.name !== "AbortError" && seq === this.#seq) this.list.failed();
    } finally {
      clearTimeout(slow);
    }
  }

  #show(answer) {
    if (document.activeElement !== this.input) return;
    if (!answer.query_id) {
      this.list.failed();
      return;
    }
    this.list.show(answer, {
      results: this.#resultsUrl(this.#asked),
      corrected: answer.did_you_mean && this.#resultsUrl(answer.did_you_mean.text),
      contact: this.root.dataset.contactUrl,
    });
    this.session.shown(answer, this.#composing);
  }

  #resultsUrl(text) {
    return `${this.form.getAttribute("action")}?${new URLSearchParams({ q: text })}`;
  }

  /* --- input methods ------------------------------------------------------------------------ */

  #committed() {
    /* Safari sends the confirming Enter after this event: it still belongs to the composition. */
    setTimeout(() => {
      this.#composing = false;
      if (this.list.isOpen && this.list.answer) {
        this.session.shown(this.list.answer, false);
      }
    });
    this.#changed();
  }

  /* --- keys --------------------------------------------------------------------------------- */

  #key(event) {
    if (this.#composing || event.isComposing || event.keyCode === IME_KEY) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      if (event.key !== "Enter") return;
    }
    const keys = {
      ArrowDown: () => this.#arrow(event, 1),
      ArrowUp: () => this.#arrow(event, -1),
      Home: () => this.list.activate(-1),
      End: () => this.list.activate(-1),
      ArrowLeft: () => this.list.activate(-1),
      ArrowRight: () => this.list.activate(-1),
      Enter: () => this.#enter(event),
      Escape: () => this.#escape(event),
      Tab: () => this.list.close(),
    };
    keys[event.key]?.();
  }

  #arrow(event, step) {
    event.preventDefault();
    if (event.altKey) {
      step > 0 ? this.list.open() : this.list.close();
    } else if (this.list.isOpen) {
      this.list.move(step);
    } else if (this.list.open()) {
      this.list.move(step);
    } else if (this.#asked) {
      this.#ask(this.#asked);
    }
  }

  #enter(event) {
    const row = this.list.active;
    if (!row) return;
    event.preventDefault();
    /* As a click: with Ctrl or ⌘ the browser opens a new tab. */
    const { ctrlKey, metaKey, shiftKey } = event;
    row.dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }),
    );
  }

  #escape(event) {
    event.preventDefault();
    if (this.list.isOpen) {
      this.list.close();
      this.session.closed();
    } else if (this.input.value) {
      this.input.value = "";
      this.#changed();
    }
  }

  /* --- leaving ------------------------------------------------------------------------------ */

  #follow(event) {
    const row = event.target.closest("[role=option]");
    if (!row) return;
    /* What still comes in while the next page loads is no search of its own. */
    const { altKey, ctrlKey, metaKey, shiftKey } = event;
    const leaves = event.button === 0 && !(altKey || ctrlKey || metaKey || shiftKey);
    if (leaves) this.#stopAsking();
    if (row.dataset.row === "all" || row.dataset.row === "did-you-mean") {
      this.session.submitted();
    } else if (row.dataset.row !== "contact") {
      const position = Number(row.dataset.position);
      this.session.opened(this.list.answer.suggestions[position - 1], position);
    }
  }

  #submit(event) {
    if (this.#composing) {
      event.preventDefault();
      return;
    }
    this.#stopAsking();
    this.session.submitted();
  }

  #leave() {
    this.#stopAsking();
    this.list.close();
    this.session.left();
  }
}
