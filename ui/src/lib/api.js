// Calls of the service. What goes wrong becomes a Problem that says what is wrong and what to do about it.

export class Problem extends Error {
  constructor(status, title, detail, remedy) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.remedy = remedy || "";
  }
}

export async function call(method, path, body) {
  let reply;
  try {
    reply = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, "The service does not answer", "The service does not answer.", "It is tried again by itself.");
  }
  if (reply.ok) return reply.status === 204 ? null : reply.json();
  // The session has ended: the service answers with its login page.
  if (reply.status === 401) location.reload();
  const found = await reply.json().catch(() => ({}));
  throw new Problem(reply.status, found.title || `Error ${reply.status}`, found.detail, found.remedy);
}

export const get = (path) => call("GET", path);

export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const search = new URLSearchParams(given).toString();
  return search ? `${path}?${search}` : path;
}

export const taskPath = (id, verb = "") => `/v1/tasks/${encodeURIComponent(id)}${verb}`;
export const workerPath = (id, verb = "") => `/v1/workers/${encodeURIComponent(id)}${verb}`;
