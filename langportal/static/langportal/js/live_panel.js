// The live view: drawn from what the socket says, and from nothing else.

import { LiveSession } from "./live.js";
import { Tally } from "./tally.js";
import { clock, percent } from "./text.js";

const LINES_KEPT = 60;

export class LivePanel {
  #api;
  #root;
  #live = null;
  #tally;

  constructor(root, api) {
    this.#api = api;
    this.#root = root;
    this.#tally = new Tally(this.#part("tally"));
  }

  watch(sessionId) {
    this.stop();
    this.#part("log").replaceChildren();
    this.#part("idle").hidden = true;
    this.#part("board").hidden = false;
    this.#part("session").textContent = sessionId;
    for (const figure of ["completed", "rate", "streak", "elapsed", "left"]) {
      this.#write(figure, "");
    }
    this.#tally.begin(0);
    this.#live = new LiveSession(this.#api, sessionId);
    this.#live.addEventListener("state", (event) => this.#showState(event.detail));
    this.#live.addEventListener("message", (event) => this.#show(event.detail));
    this.#live.open();
  }

  stop() {
    this.#live?.close();
    this.#live = null;
  }

  #show({ id, type, data }) {
    switch (type) {
      case "progress_update":
      case "resync":
        this.#progress(data, type === "resync" || data.status !== undefined);
        break;
      case "time_update":
        this.#write("elapsed", clock(data.elapsed));
        this.#write("left", clock(data.remaining));
        return; // a clock, not an event: not in the log
      case "session_complete":
        this.#write("rate", percent(data.success_rate));
        this.#write("elapsed", clock(data.duration));
        this.#write("left", "");
        break;
      default:
        break;
    }
    this.#log(id, type, data);
  }

  #progress(data, fromScratch) {
    const total = data.completed + data.remaining;
    this.#write("completed", `${data.completed} of ${total}`);
    this.#write("rate", percent(data.success_rate));
    this.#write("streak", String(data.current_streak));
    if (fromScratch) {
      this.#tally.begin(total, data.completed);
    } else {
      this.#tally.reach(data.completed, data.current_streak > 0);
    }
  }

  #log(id, type, data) {
    const line = document.createElement("li");
    const number = document.createElement("span");
    number.className = "number";
    number.textContent = id ?? "";
    const name = document.createElement("code");
    name.textContent = type;
    const said = document.createElement("span");
    said.className = "said";
    said.textContent = describe(type, data);
    line.append(number, name, said);
    const log = this.#part("log");
    log.prepend(line);
    while (log.children.length > LINES_KEPT) {
      log.lastElementChild.remove();
    }
  }

  #showState(state) {
    this.#part("state").textContent = state;
    this.#part("state").dataset.state = state;
  }

  // A figure that is not known is not shown.
  #write(figure, text) {
    const place = this.#part(figure);
    place.textContent = text;
    place.parentElement.hidden = text === "";
  }

  #part(name) {
    return this.#root.querySelector(`[data-live="${name}"]`);
  }
}

function describe(type, data) {
  switch (type) {
    case "progress_update":
    case "resync":
      return `${data.completed} done, ${percent(data.success_rate)}, run of ${data.current_streak}`;
    case "session_complete":
      return `${data.status}: ${percent(data.success_rate)} in ${clock(data.duration)}`;
    case "session_paused":
    case "session_resumed":
      return `at ${clock(data.elapsed)}`;
    default:
      return data?.message ?? "";
  }
}
