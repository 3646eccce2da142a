// What a page shows beside the overview: fetched once, and again when something has happened, but not too often.

import { untrack } from "svelte";
import { get } from "./api.js";
import { live } from "./live.svelte.js";

const NOT_BEFORE = 1500;
// What costs the service much is asked for less often: at most this share of the time is spent on waiting for it.
const SHARE = 1 / 15;

export class Resource {
  data = $state.raw(null);
  problem = $state.raw(null);
  loading = $state(false);
  #asked = 0;
  #timer = 0;
  #last = 0;
  #took = 0;
  #path = "";

  // `path` is a function: the page's state that it reads decides what is fetched.
  constructor(path, { follow = true } = {}) {
    $effect(() => {
      const wanted = path();
      untrack(() => {
        this.#path = wanted;
        if (wanted) this.load();
      });
      return () => clearTimeout(this.#timer);
    });
    if (follow) {
      $effect(() => {
        live.pulse;
        untrack(() => this.#soon());
      });
    }
  }

  async load() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const number = ++this.#asked;
    const began = (this.#last = performance.now());
    this.loading = true;
    try {
      const found = await get(this.#path);
      if (number !== this.#asked) return;
      this.data = found;
      this.problem = null;
    } catch (problem) {
      if (number !== this.#asked) return;
      this.problem = problem;
      if (problem.status === 404) this.data = null;
    } finally {
      this.#took = performance.now() - began;
      if (number === this.#asked) this.loading = false;
    }
  }

  #soon() {
    if (this.#timer || !this.#path || !this.#last) return;
    const pause = Math.max(NOT_BEFORE, this.#took / SHARE);
    const wait = Math.max(0, this.#last + pause - performance.now());
    this.#timer = setTimeout(() => this.load(), wait);
  }
}
