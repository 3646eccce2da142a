// One stream a tab. It is closed while nobody looks, opened again when somebody does, and says how it stands.

import { address, get, Problem } from "./api.js";

const SPAN = 900;
const AGAIN = 2000;

class Live {
  overview = $state.raw(null);
  series = $state.raw(null);
  // connecting, live, offline, paused
  state = $state("connecting");
  // Grows whenever something has happened that a page may want to show.
  pulse = $state(0);
  #stream = null;
  #timer = 0;
  #happened = -1;

  start() {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#pause() : this.#open()));
    addEventListener("online", () => this.#open());
    this.#open();
  }

  #open() {
    this.#close();
    if (document.hidden) {
      this.state = "paused";
      return;
    }
    const stream = new EventSource(address("/v1/overview/live", { span: SPAN }));
    this.#stream = stream;
    let first = true;
    stream.addEventListener("open", () => (first = true));
    stream.addEventListener("overview", (event) => {
      this.#take(JSON.parse(event.data), first);
      first = false;
    });
    stream.addEventListener("error", () => {
      this.state = this.overview ? "offline" : "connecting";
      // The browser connects again by itself, unless it was answered with an error.
      if (stream.readyState === EventSource.CLOSED) this.#later();
    });
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      try {
        await get("/v1/session"); // a session that has ended leads to the login page
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
      }
      this.#open();
    }, AGAIN);
  }

  #pause() {
    this.#close();
    this.state = "paused";
  }

  #close() {
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
  }

  #take(overview, whole) {
    this.state = "live";
    this.series = whole || !this.series ? overview.series : merged(this.series, overview.series);
    this.overview = overview;
    if (overview.happened !== this.#happened || whole) {
      this.#happened = overview.happened;
      this.pulse += 1;
    }
  }
}

// Puts newer steps in the place of those that were under way, and drops the oldest.
function merged(old, fresh) {
  const keep = old.at.findIndex((at) => at >= fresh.at[0]);
  const end = keep < 0 ? old.at.length : keep;
  const most = Math.ceil(SPAN / fresh.step) + 1;
  const result = { step: fresh.step };
  for (const name of Object.keys(fresh)) {
    if (name !== "step") result[name] = [...old[name].slice(0, end), ...fresh[name]].slice(-most);
  }
  return result;
}

export const live = new Live();
