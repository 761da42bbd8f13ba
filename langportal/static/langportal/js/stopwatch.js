// The time practised, or the time left where there is a limit. The server keeps the one that counts.

import { clock } from "./text.js";

export class Stopwatch {
  #root;
  #onLimit;
  #timer = null;

  constructor(root, onLimit) {
    this.#root = root;
    this.#onLimit = onLimit;
  }

  // Seconds; `limit` may be null.
  start(elapsed, limit) {
    this.stop();
    const zero = performance.now() - elapsed * 1000;
    const tick = () => {
      const now = (performance.now() - zero) / 1000;
      this.#root.textContent = limit ? `${clock(limit - now)} left` : clock(now);
      this.#root.dataset.short = String(Boolean(limit) && limit - now < 10);
      if (limit && now > limit + 0.5) {
        this.stop();
        this.#onLimit();
      }
    };
    tick();
    this.#timer = setInterval(tick, 1000);
  }

  stop() {
    clearInterval(this.#timer);
  }
}
