// A session's socket: opened again when it breaks, going on after the last event it saw.

import { SignedOut } from "./api.js";

const ENDED = 1000;
const NOT_SIGNED_IN = 4401;
const NOT_FOUND = 4404;
const LONGEST_WAIT_MS = 10000;

export class LiveSession extends EventTarget {
  #api;
  #id;
  #last = null;
  #socket = null;
  #tries = 0;
  #timer = null;
  #over = false;

  constructor(api, sessionId) {
    super();
    this.#api = api;
    this.#id = sessionId;
  }

  open() {
    const url = new URL(`/ws/sessions/${this.#id}`, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.#last !== null) {
      url.searchParams.set("after", this.#last);
    }
    this.#tell("state", this.#tries === 0 ? "connecting" : "reconnecting");
    this.#socket = new WebSocket(url, ["bearer", this.#api.token ?? "none"]);
    this.#socket.addEventListener("open", () => {
      this.#tries = 0;
      this.#tell("state", "connected");
    });
    this.#socket.addEventListener("message", (event) => this.#receive(JSON.parse(event.data)));
    this.#socket.addEventListener("close", (event) => this.#closed(event.code));
  }

  close() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket?.close(ENDED);
  }

  #receive(message) {
    if (message.id !== undefined) {
      this.#last = message.id;
    }
    this.#tell("message", message);
  }

  async #closed(code) {
    if (this.#over || code === ENDED || code === NOT_FOUND) {
      this.#over = true;
      this.#tell("state", "ended");
      return;
    }
    if (code === NOT_SIGNED_IN && !(await this.#signedInAgain())) {
      return;
    }
    this.#tell("state", "reconnecting");
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.#tries);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.open(), wait * (0.5 + Math.random() / 2));
  }

  async #signedInAgain() {
    try {
      await this.#api.refresh();
    } catch (error) {
      if (error instanceof SignedOut) {
        this.#tell("state", "signed out");
        return false;
      }
    }
    return !this.#over;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
