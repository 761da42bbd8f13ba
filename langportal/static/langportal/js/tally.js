// A row of strokes, one for each word: tall for right, short for wrong, a dot for still to come.

export class Tally {
  #root;
  #marks = [];
  #total = 0;

  constructor(root) {
    this.#root = root;
  }

  // `done` answered words whose verdicts are not known are drawn as neutral strokes.
  begin(total, done = 0) {
    this.#total = total;
    this.#marks = Array(done).fill("done");
    this.#draw();
  }

  add(correct) {
    this.#marks.push(correct ? "right" : "wrong");
    this.#draw();
  }

  // Bring the number of strokes to `done`; the newest of the missing ones has a known verdict.
  reach(done, correct) {
    while (this.#marks.length < done - 1) {
      this.#marks.push("done");
    }
    if (this.#marks.length < done) {
      this.#marks.push(correct ? "right" : "wrong");
    }
    this.#draw();
  }

  #draw() {
    const total = Math.max(this.#total, this.#marks.length);
    const strokes = Array.from({ length: total }, (_, place) => {
      const stroke = document.createElement("i");
      stroke.className = this.#marks[place] ?? "ahead";
      return stroke;
    });
    this.#root.replaceChildren(...strokes);
    this.#root.setAttribute("aria-valuemax", String(total));
    this.#root.setAttribute("aria-valuenow", String(this.#marks.length));
    this.#root.setAttribute("aria-valuetext", `${this.#marks.length} of ${total}`);
  }
}
