// What somebody does: asked first where it matters, and what came of it is said.

import { call } from "./api.js";
import { live } from "./live.svelte.js";

class Act {
  question = $state.raw(null);
  said = $state.raw([]);
  #number = 0;

  ask(question, verb) {
    return new Promise((resolve) => (this.question = { question, verb, resolve }));
  }

  answer(yes) {
    this.question?.resolve(yes);
    this.question = null;
  }

  say(text, bad = false) {
    const note = { number: ++this.#number, text, bad };
    this.said = [...this.said.slice(-2), note];
    setTimeout(() => this.forget(note), bad ? 12000 : 5000);
  }

  forget(note) {
    this.said = this.said.filter((each) => each !== note);
  }

  // Returns the answer of the call, or undefined where it was not made or did not work.
  async do(label, { method = "POST", path, body, confirm = "", done = `${label}: done` }) {
    if (confirm && !(await this.ask(confirm, label))) return undefined;
    try {
      const answer = await call(method, path, body);
      const changed = answer && typeof answer.changed === "number" ? ` (${answer.changed})` : "";
      this.say(done + changed);
      live.pulse += 1;
      return answer;
    } catch (problem) {
      this.say(`${label} did not work: ${problem.message} ${problem.remedy || ""}`.trim(), true);
      return undefined;
    }
  }
}

export const act = new Act();
