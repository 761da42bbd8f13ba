// The end of a session: the figures, what was won, what to look at again.

import { clock, count, percent } from "./text.js";

export function showResult(root, title, details, achievements) {
  const part = (name) => root.querySelector(`[data-result="${name}"]`);
  const { performance, timing, progress } = details;
  root.querySelector("h3").textContent = title;
  part("summary").textContent =
    `${count(performance.words_practiced, "word", "words")} in ${clock(timing.duration)}, ` +
    `${performance.correct_answers} right and ${performance.incorrect_answers} wrong: ` +
    `${percent(performance.success_rate)}.`;
  part("achievements").replaceChildren(
    ...achievements.map((won) => pair("li", "strong", won.name, "span", won.description)),
  );
  part("won").hidden = achievements.length === 0;
  part("words").replaceChildren(
    ...progress.needs_practice.map((word) => pair("li", "b", word.word, "span", word.translation)),
  );
  part("missed").hidden = progress.needs_practice.length === 0;
}

function pair(tag, firstTag, firstText, secondTag, secondText) {
  const first = document.createElement(firstTag);
  first.textContent = firstText;
  const second = document.createElement(secondTag);
  second.textContent = secondText;
  const element = document.createElement(tag);
  element.append(first, " ", second);
  return element;
}
