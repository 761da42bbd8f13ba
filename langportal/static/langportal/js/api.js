// Calls to the server. What can go wrong is told apart by class, so that callers need no statuses.

import { keep, kept } from "./keeper.js";

const PATIENCE_MS = 15000;

export class NetworkLost extends Error {}

export class SignedOut extends Error {}

export class TooMany extends Error {
  constructor(message, seconds) {
    super(message);
    this.seconds = seconds;
  }
}

export class Refused extends Error {
  constructor(status, body) {
    super(body?.message ?? body?.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.details = body?.details ?? {};
  }
}

// Not crypto.randomUUID: that one is missing where the page is served without TLS.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function send(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new NetworkLost("The server cannot be reached.", { cause: error });
  }
  return read(response);
}

async function read(response) {
  const body = await response.json().catch(() => null);
  if (response.ok) {
    return body;
  }
  if (response.status === 429) {
    const seconds = Number(response.headers.get("Retry-After")) || 1;
    throw new TooMany(body?.message ?? "Too many requests.", Math.max(1, seconds));
  }
  if (response.status === 401) {
    throw new SignedOut("Sign in again to go on.");
  }
  if (response.status >= 500) {
    throw new NetworkLost("The server cannot answer just now.");
  }
  throw new Refused(response.status, body);
}

export class Api {
  #tokens = kept("tokens");
  #refreshing = null;

  get username() {
    return this.#tokens?.username ?? null;
  }

  get token() {
    return this.#tokens?.access ?? null;
  }

  async signIn(username, password) {
    const tokens = await send("POST", "/api/token/", { username, password });
    this.#keep({ username, access: tokens.access, refresh: tokens.refresh });
  }

  async signOut() {
    const refresh = this.#tokens?.refresh;
    const access = this.token;
    this.#keep(null);
    if (refresh) {
      // Signed out here, whatever the server says; it would forget the token in time.
      await send("POST", "/api/token/revoke", { refresh }, bearer(access)).catch(() => null);
    }
  }

  // A POST carries a key, so that sending it again has no second effect.
  async call(method, path, { body, key } = {}) {
    if (this.token === null) {
      throw new SignedOut("Sign in to go on.");
    }
    const headers = () => ({ ...bearer(this.token), ...(key ? { "Idempotency-Key": key } : {}) });
    try {
      return await send(method, path, body, headers());
    } catch (error) {
      if (!(error instanceof SignedOut)) {
        throw error;
      }
      await this.refresh();
      return send(method, path, body, headers());
    }
  }

  // One refresh at a time: the first use of a refresh token spends it.
  refresh() {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh() {
    const username = this.username;
    try {
      const tokens = await send("POST", "/api/token/refresh", {
        refresh: this.#tokens?.refresh ?? "",
      });
      this.#keep({ ...this.#tokens, username, ...tokens });
    } catch (error) {
      if (error instanceof NetworkLost || error instanceof TooMany) {
        throw error;
      }
      this.#keep(null);
      throw new SignedOut("Sign in again to go on.");
    }
  }

  #keep(tokens) {
    this.#tokens = tokens;
    keep("tokens", tokens);
  }
}

function bearer(token) {
  return { Authorization: `Bearer ${token}` };
}
