// One answer on its way. It keeps its idempotency key through every try, so that an answer the
// server counted before the connection broke is not counted again.

import { NetworkLost, SignedOut, TooMany, newKey } from "./api.js";
import { keep, kept } from "./keeper.js";

const LONGEST_WAIT = 15;

export class Outbox extends EventTarget {
  #api;
  #wake = null;

  constructor(api) {
    super();
    this.#api = api;
    window.addEventListener("online", () => this.retryNow());
  }

  get waiting() {
    return kept("waiting");
  }

  // Resolves with the server's verdict, however long that takes; rejects with Refused.
  post(path, body) {
    keep("waiting", { path, body, key: newKey() });
    return this.resume();
  }

  // The same for an answer left over from before a reload.
  async resume() {
    const { path, body, key } = this.waiting;
    for (let tries = 0; ; tries += 1) {
      try {
        const verdict = await this.#api.call("POST", path, { body, key });
        this.forget();
        return verdict;
      } catch (error) {
        await this.#afterFailure(error, tries);
      }
    }
  }

  retryNow() {
    this.#wake?.();
  }

  forget() {
    keep("waiting", null);
    this.#tell("sent");
  }

  async #afterFailure(error, tries) {
    if (error instanceof SignedOut) {
      this.#tell("signed-out");
      await this.#wait();
    } else if (error instanceof TooMany) {
      this.#tell("too-many", error.seconds);
      await this.#wait(error.seconds);
    } else if (error instanceof NetworkLost) {
      this.#tell("offline");
      await this.#wait(Math.min(LONGEST_WAIT, 2 ** tries));
    } else {
      this.forget();
      throw error;
    }
  }

  // Until retryNow, or at the latest after so many seconds.
  async #wait(seconds = null) {
    let timer;
    await new Promise((resolve) => {
      this.#wake = resolve;
      if (seconds !== null) {
        timer = setTimeout(resolve, seconds * 1000);
      }
    });
    clearTimeout(timer);
    this.#wake = null;
  }

  #tell(state, seconds = 0) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, seconds } }));
  }
}
