// The first page: signing in, practising, and the live view beside it.

import { Api, NetworkLost, SignedOut, TooMany } from "./api.js";
import { LivePanel } from "./live_panel.js";
import { Practice } from "./practice.js";
import { waitText } from "./text.js";

const api = new Api();
const signIn = document.querySelector("#sign-in");
const account = document.querySelector("#account");
const problem = signIn.querySelector("[role=alert]");
const practice = new Practice(document.querySelector("#practice"), api);
const live = new LivePanel(document.querySelector("#live"), api);

function showAccount() {
  const name = api.username;
  signIn.hidden = name !== null;
  account.hidden = name === null;
  account.querySelector("b").textContent = name ?? "";
}

async function enter(username, password) {
  problem.textContent = "";
  try {
    await api.signIn(username, password);
  } catch (error) {
    problem.textContent = whyNot(error);
    return;
  }
  signIn.querySelector("form").reset();
  showAccount();
  await practice.enter();
}

function whyNot(error) {
  if (error instanceof TooMany) {
    return `Too many tries. Wait ${waitText(error.seconds)}.`;
  }
  if (error instanceof SignedOut) {
    return "No account has this name and password.";
  }
  return error instanceof NetworkLost ? `${error.message} Try again in a moment.` : error.message;
}

signIn.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  enter(form.get("username"), form.get("password"));
});

signIn.addEventListener("click", (event) => {
  const demo = event.target.closest("[data-username]");
  if (demo) {
    enter(demo.dataset.username, demo.dataset.password);
  }
});

account.querySelector("button").addEventListener("click", () => {
  api.signOut();
  practice.leave();
  live.stop();
  showAccount();
});

practice.addEventListener("session", (event) => live.watch(event.detail));
practice.addEventListener("signed-out", () => {
  showAccount();
  signIn.hidden = false;
  signIn.querySelector("input").focus();
});

showAccount();
if (api.username !== null) {
  practice.enter();
}
