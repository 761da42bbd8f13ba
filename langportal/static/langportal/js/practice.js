// The practise panel: choose, answer, see the result. One session at a time, and it survives a
// reload, a lost connection, a limit reached and a sign-in that has run out.

import { NetworkLost, Refused, SignedOut, TooMany, newKey } from "./api.js";
import { keep, kept } from "./keeper.js";
import { Outbox } from "./outbox.js";
import { Question } from "./question.js";
import { showResult } from "./result.js";
import { Stopwatch } from "./stopwatch.js";
import { Tally } from "./tally.js";
import { waitText } from "./text.js";

export class Practice extends EventTarget {
  #api;
  #root;
  #outbox;
  #question;
  #tally;
  #watch;
  #session = null; // {id, activity, item, completed, total, achievements}
  #starting = null; // {wishes, key}: a start whose answer never came keeps its key

  constructor(root, api) {
    super();
    this.#root = root;
    this.#api = api;
    this.#outbox = new Outbox(api);
    this.#outbox.addEventListener("state", (event) => this.#showDelivery(event.detail));
    this.#question = new Question(this.#part("question"), (given) => this.#answer(given));
    this.#tally = new Tally(this.#part("tally"));
    this.#watch = new Stopwatch(this.#part("time"), () => this.#timeIsUp());
    this.#part("start").addEventListener("submit", (event) => this.#start(event));
    this.#part("finish").addEventListener("click", () => this.#finish());
    this.#part("retry").addEventListener("click", () => this.#outbox.retryNow());
    this.#part("again").addEventListener("click", () => this.#part("start").requestSubmit());
    this.#part("other").addEventListener("click", () => this.#show("choose", "activity"));
  }

  // After signing in: carry on where this tab was, or choose.
  async enter() {
    const session = kept("session");
    if (this.#session) {
      this.#outbox.retryNow(); // the tab was waiting for this
      this.#show("ask");
    } else if (session) {
      await this.#carryOn(session);
    } else {
      this.#show("choose", "activity");
    }
  }

  leave() {
    this.#forget();
    keep("waiting", null);
    this.#watch.stop();
    this.#say("");
    this.#show(null);
  }

  async #start(event) {
    event.preventDefault();
    const form = new FormData(this.#part("start"));
    const settings = { difficulty: form.get("difficulty"), word_count: Number(form.get("words")) };
    if (form.get("limit")) {
      settings.time_limit = Number(form.get("limit")) * 60;
    }
    const wishes = JSON.stringify({ activity_id: Number(form.get("activity")), settings });
    if (this.#starting?.wishes !== wishes) {
      this.#starting = { wishes, key: newKey() };
    }
    await this.#guarded(async () => {
      const begun = await this.#api.call("POST", "/api/v1/sessions/start", {
        body: JSON.parse(wishes),
        key: this.#starting.key,
      });
      this.#starting = null;
      this.#begin({
        id: begun.session_id,
        activity: Number(form.get("activity")),
        item: begun.first_item,
        completed: 0,
        total: begun.settings.word_count,
      });
      this.#watch.start(0, begun.settings.time_limit);
      this.#ask();
    });
  }

  async #carryOn(session) {
    await this.#guarded(async () => {
      this.#begin(session);
      if (this.#outbox.waiting) {
        this.#show("ask");
        await this.#conclude(this.#outbox.resume());
        if (!this.#session) {
          return;
        }
      }
      const state = await this.#api.call("POST", `/api/v1/sessions/${session.id}/resume`);
      this.#watch.start(state.time.elapsed, state.settings.time_limit);
      this.#take(state.progress, state.next_item);
    });
  }

  #begin(session) {
    this.#session = session;
    keep("session", session);
    this.#tally.begin(session.total, session.completed);
    this.#question.clear();
    this.dispatchEvent(new CustomEvent("session", { detail: session.id }));
  }

  async #answer(given) {
    if (this.#outbox.waiting || !this.#session) {
      return;
    }
    const { id, item } = this.#session;
    await this.#conclude(
      this.#outbox.post(`/api/v1/sessions/${id}/progress`, {
        item_id: item.item_id,
        answer: given,
        time_taken: this.#question.secondsTaken(),
      }),
    );
  }

  // What follows on an answer, or on the end that was asked for.
  async #conclude(sending) {
    this.#question.busy(true);
    try {
      const reply = await sending;
      if (reply.session_summary) {
        this.#session.achievements = reply.achievements;
        await this.#result("Done.");
        return;
      }
      this.#tally.add(reply.correct);
      this.#question.verdict(this.#session.item.word, reply);
      this.#take(reply.progress, reply.next_item);
    } catch (error) {
      await this.#refused(error);
    } finally {
      this.#question.busy(false);
    }
  }

  #take(progress, nextItem) {
    Object.assign(this.#session, { item: nextItem, completed: progress.completed });
    keep("session", this.#session);
    if (nextItem === null) {
      this.#finish();
    } else {
      this.#ask();
    }
  }

  #ask() {
    this.#show("ask");
    this.#question.ask(this.#session.item, this.#activity(this.#session.activity));
  }

  async #finish() {
    if (this.#session && !this.#outbox.waiting) {
      await this.#conclude(this.#outbox.post(`/api/v1/sessions/${this.#session.id}/complete`, {}));
    }
  }

  async #refused(error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    if (error.details.status) {
      const titles = { expired: "Time is up.", cancelled: "This session was cancelled." };
      await this.#result(titles[error.details.status] ?? "This session has ended.");
    } else if (error.status === 404) {
      this.leave();
      this.#say("This session is gone. Start another.");
      this.#show("choose", "activity");
    } else {
      this.#say(error.message);
    }
  }

  async #timeIsUp() {
    // The server decides; asking closes a session whose time has run out.
    if (this.#session && !this.#outbox.waiting) {
      await this.#result("Time is up.");
    }
  }

  async #result(title) {
    const { id, achievements = [] } = this.#session;
    this.#watch.stop();
    await this.#guarded(async () => {
      const details = await this.#api.call("GET", `/api/v1/sessions/${id}`);
      showResult(this.#part("result"), title, details, achievements);
      this.#forget();
      this.#show("result", "result-title");
    });
  }

  #forget() {
    this.#session = null;
    keep("session", null);
  }

  async #guarded(work) {
    this.#say("");
    try {
      await work();
    } catch (error) {
      if (error instanceof SignedOut) {
        this.dispatchEvent(new Event("signed-out"));
      } else if (error instanceof TooMany) {
        this.#say(`${error.message} Try again in ${waitText(error.seconds)}.`);
      } else if (error instanceof NetworkLost) {
        this.#say(`${error.message} Try again in a moment.`);
      } else {
        await this.#refused(error);
      }
    }
  }

  #showDelivery({ state, seconds }) {
    const texts = {
      sent: "",
      offline: "No connection. Your answer is kept and will be sent again by itself.",
      "signed-out": "Your sign-in has run out. Your answer is kept: sign in to send it.",
      "too-many": `Too many answers for the moment. Yours is kept and goes out in ${waitText(seconds)}.`,
    };
    this.#say(texts[state], state === "offline" || state === "too-many");
    if (state === "signed-out") {
      this.dispatchEvent(new Event("signed-out"));
    }
  }

  #say(text, canRetry = false) {
    this.#part("alert").textContent = text;
    this.#part("notice").hidden = text === "";
    this.#part("retry").hidden = !canRetry;
  }

  #show(step, focused = null) {
    for (const name of ["choose", "ask", "result"]) {
      this.#part(name).hidden = name !== step;
    }
    if (focused) {
      this.#part(focused).focus();
    }
  }

  #activity(id) {
    return this.#root.querySelector(`[data-practice="activity"] option[value="${Number(id)}"]`);
  }

  #part(name) {
    return this.#root.querySelector(`[data-practice="${name}"]`);
  }
}
