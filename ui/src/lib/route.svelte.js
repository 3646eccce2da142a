// Where we are: the part of the address after the #, so that every page can be linked to and any name may stand in it.

import { tick } from "svelte";

const PAGES = ["overview", "fleet", "workers", "tasks", "decisions", "strategy", "advice"];

function read() {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, ...rest] = path.split("/");
  let id = "";
  try {
    id = decodeURIComponent(rest.join("/"));
  } catch {
    id = "";
  }
  return {
    page: PAGES.includes(page) ? page : page === "" ? "overview" : "unknown",
    id,
    query: Object.fromEntries(new URLSearchParams(search || "")),
  };
}

class Route {
  now = $state.raw(read());

  constructor() {
    addEventListener("hashchange", async () => {
      const before = this.now;
      this.now = read();
      if (before.page !== this.now.page || before.id !== this.now.id) {
        scrollTo(0, 0);
        await tick();
        // Whoever uses a keyboard or a screen reader is told where he is.
        document.querySelector("h1")?.focus({ preventScroll: true });
      }
    });
  }

  // Changes the query of the page without a new entry in the history for each letter that is typed.
  filter(changes) {
    const query = { ...this.now.query, ...changes };
    const given = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined && value !== null);
    const search = new URLSearchParams(given).toString();
    const path = location.hash.split("?")[0] || "#/";
    history.replaceState(null, "", search ? `${path}?${search}` : path);
    this.now = read();
  }
}

export const route = new Route();

export const toTask = (id) => `#/tasks/${encodeURIComponent(id)}`;
export const toWorker = (id) => `#/workers/${encodeURIComponent(id)}`;
export const toTasks = (query) => `#/tasks?${new URLSearchParams(query)}`;
export const toFleet = (query) => `#/fleet?${new URLSearchParams(query)}`;

// An address of the API that shows something has a page here that shows it too.
export function pageOf(apiPath) {
  if (apiPath.startsWith("/v1/workers?") || apiPath === "/v1/workers") return apiPath.replace("/v1/workers", "#/fleet");
  if (apiPath.startsWith("/v1/")) return apiPath.replace("/v1/", "#/");
  return "";
}
