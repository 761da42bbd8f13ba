// What outlives a reload of this tab, and nothing longer: the tokens, the session, a waiting answer.

const PREFIX = "langportal.";

export function keep(name, value) {
  if (value === null) {
    sessionStorage.removeItem(PREFIX + name);
  } else {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  }
}

export function kept(name) {
  const text = sessionStorage.getItem(PREFIX + name);
  return text === null ? null : JSON.parse(text);
}
