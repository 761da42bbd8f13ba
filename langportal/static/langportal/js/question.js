// The word, the line to answer on, and what became of the last answer.

const LONG = 18;

export class Question {
  #root;
  #input;
  #askedAt = 0;

  constructor(root, onAnswer) {
    this.#root = root;
    this.#input = this.#part("input");
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#input.value.trim()) {
        onAnswer(this.#input.value);
      }
    });
    this.#part("pass").addEventListener("click", () => onAnswer(""));
    this.#part("letters").addEventListener("click", (event) => this.#insert(event));
  }

  // `activity`: the chosen option, which knows the languages.
  ask(item, activity) {
    const word = this.#part("word");
    word.textContent = item.word;
    word.dataset.length = item.word.length > LONG ? "long" : "short";
    word.lang = item.type === "translation" ? (activity?.dataset.source ?? "") : "";
    this.#input.lang = activity?.dataset.target ?? "";
    this.#part("letters").hidden = activity?.dataset.target !== "es";
    this.#input.value = "";
    this.busy(false);
    this.#input.focus();
    this.#askedAt = performance.now();
  }

  secondsTaken() {
    return Math.round((performance.now() - this.#askedAt) / 100) / 10;
  }

  busy(is) {
    this.#input.readOnly = is;
    for (const button of this.#root.querySelectorAll("button")) {
      button.disabled = is;
    }
  }

  clear() {
    this.#part("verdict").replaceChildren();
    this.#part("verdict").dataset.kind = "";
  }

  verdict(word, { correct, correct_answer: answer, close, difference }) {
    const kind = correct ? "right" : close ? "close" : "wrong";
    const heading = { right: "Right.", close: "Close, but not it.", wrong: "Not this time." }[kind];
    const verdict = this.#part("verdict");
    verdict.dataset.kind = kind;
    const strong = document.createElement("strong");
    strong.textContent = heading;
    const pair = document.createElement("span");
    pair.textContent = `${word} → ${answer}`;
    verdict.replaceChildren(strong, " ", pair);
    if (close && difference) {
      const why = document.createElement("em");
      why.textContent = correct ? `A slip, let pass: ${difference}` : difference;
      verdict.append(why);
    }
  }

  #insert(event) {
    const letter = event.target.closest("button")?.dataset.letter;
    if (letter) {
      this.#input.setRangeText(
        letter,
        this.#input.selectionStart,
        this.#input.selectionEnd,
        "end",
      );
      this.#input.focus();
    }
  }

  #part(name) {
    return this.#root.querySelector(`[data-question="${name}"]`);
  }
}
