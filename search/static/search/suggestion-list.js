/* The list under the question box: rows from an answer, the active row, what is announced. */

const ANNOUNCE_MS = 400;

export class SuggestionList {
  #active = -1;
  #announcing = 0;

  constructor(root, input, messages) {
    this.input = input;
    this.messages = messages;
    this.panel = root.querySelector(".question-box__panel");
    this.box = root.querySelector("[role=listbox]");
    this.note = root.querySelector(".question-box__note");
    this.status = root.querySelector("[role=status]");
    this.plural = new Intl.PluralRules(document.documentElement.lang);
    this.answer = null;
  }

  get id() {
    return this.box.id;
  }

  /** The articles that the reader sees, from the top. */
  get articleIds() {
    return this.isOpen && this.answer ? this.answer.suggestions.map(({ id }) => id).filter(Boolean) : [];
  }

  get rows() {
    return [...this.box.children];
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  get active() {
    return this.isOpen ? this.rows[this.#active] : undefined;
  }

  /** Show an answer's rows; `addresses` has the results, those of the corrected question
      and the contact page. */
  show(answer, addresses) {
    this.answer = answer;
    const rows = answer.suggestions.map((suggestion, index) => this.#row(suggestion, index));
    if (answer.did_you_mean) rows.push(this.#didYouMeanRow(answer.did_you_mean, addresses.corrected));
    if (answer.no_answer) rows.push(this.#contactRow(addresses.contact));
    else if (answer.suggestions.length) rows.push(this.#allRow(addresses.results));
    rows.forEach((row, index) => (row.id = `${this.id}-${index}`));
    this.box.replaceChildren(...rows);
    this.#say(null);
    if (!this.open()) return this.close(); // a letter or two that nothing begins with yet
    const spoken = answer.suggestions.length;
    this.#announce(spoken ? this.#count("one", "other", spoken) : this.messages.noAnswer);
  }

  loading() {
    if (!this.isOpen) this.#say(this.messages.loading);
  }

  failed() {
    this.answer = null;
    this.box.replaceChildren();
    this.#say(this.messages.failed);
    this.#announce(this.messages.failed);
  }

  /** Open what there is to show; false when there is nothing. */
  open() {
    if (!this.box.children.length) return false;
    this.panel.hidden = this.box.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(-1);
    return true;
  }

  close() {
    this.panel.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
    this.#announce("");
  }

  /** One row on or back; past either end stands the field itself. */
  move(step) {
    const stops = this.rows.length + 1;
    this.activate(((this.#active + 1 + step + stops) % stops) - 1);
  }

  activate(index) {
    this.#active = index;
    this.rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
    const row = this.rows[index];
    if (row) {
      this.input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  /* --- rows --------------------------------------------------------------------------------- */

  #row(suggestion, index) {
    const row = option(`suggestion suggestion--${suggestion.kind}`, suggestion.url);
    row.dataset.position = index + 1;
    const title = span("suggestion__title");
    title.append(...highlighted(suggestion.title, suggestion.title_highlight));
    row.append(title);
    if (suggestion.answer) row.append(span("suggestion__answer", suggestion.answer));
    const kind = { answer: this.messages.answer, completion: this.messages.completion };
    const facts = [kind[suggestion.kind], suggestion.topic].filter(Boolean);
    if (facts.length) row.append(span("suggestion__meta", facts.join(" · ")));
    return row;
  }

  #contactRow(address) {
    const row = option("suggestion suggestion--contact", address);
    row.dataset.row = "contact";
    row.append(
      span("suggestion__title", this.messages.noAnswer),
      span("suggestion__meta", this.messages.contact),
    );
    return row;
  }

  #didYouMeanRow({ text }, address) {
    const row = option("suggestion suggestion--did-you-mean", address);
    row.dataset.row = "did-you-mean";
    row.append(span("", this.messages.didYouMean.replace("{text}", () => text)));
    return row;
  }

  #allRow(address) {
    const row = option("suggestion suggestion--all", address);
    row.dataset.row = "all";
    row.append(span("", this.messages.all));
    return row;
  }

  #count(one, other, count) {
    const text = this.messages[this.plural.select(count) === "one" ? one : other];
    return text.replace("{count}", count.toLocaleString(document.documentElement.lang));
  }

  /* --- words -------------------------------------------------------------------------------- */

  /** A line in place of rows, or none. */
  #say(text) {
    this.note.hidden = !text;
    this.note.textContent = text ?? "";
    if (text) {
      this.box.hidden = true;
      this.panel.hidden = false;
      this.input.setAttribute("aria-expanded", "false");
    }
  }

  /* Only what stands for a moment is read out: not every letter's count. */
  #announce(text) {
    clearTimeout(this.#announcing);
    this.#announcing = setTimeout(() => (this.status.textContent = text), ANNOUNCE_MS);
  }
}

function option(className, address) {
  const row = document.createElement("a");
  row.className = className;
  row.href = address;
  row.tabIndex = -1;
  row.setAttribute("role", "option");
  return row;
}

function span(className, text = "") {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

/** The text with its spans (UTF-16 offsets, as the server counts for us) in <mark>. */
export function highlighted(text, spans) {
  const pieces = [];
  let at = 0;
  for (const [start, end] of spans) {
    pieces.push(text.slice(at, start));
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, end);
    pieces.push(mark);
    at = end;
  }
  pieces.push(text.slice(at));
  return pieces;
}
