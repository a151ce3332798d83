/* Starts what the page has: question boxes, a results page, an article opened from a search. */
import { EventLog } from "./events.js";
import { watchContacts, watchReading, watchResults } from "./pages.js";
import { QuestionBox } from "./question-box.js";
import { TypingSession } from "./typing-session.js";

const log = new EventLog("/search/events", document.documentElement.lang);

for (const root of document.querySelectorAll("[data-question-box]")) {
  new QuestionBox(root, new TypingSession(log)).start();
}
watchContacts(log);
const results = document.querySelector("[data-search]");
if (results) watchResults(results, log);
const article = document.querySelector("[data-article]");
if (article) watchReading(article.dataset.article, log);
