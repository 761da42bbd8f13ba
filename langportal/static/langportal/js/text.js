// How figures are written.

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${String(whole % 60).padStart(2, "0")}`;
}

export function percent(rate) {
  return `${Math.round(rate * 100)} %`;
}

export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

export function waitText(seconds) {
  return seconds < 90 ? count(seconds, "second", "seconds") : `${Math.ceil(seconds / 60)} minutes`;
}
