// Light or dark: as the system has it, unless somebody chose.

const KEY = "apportion-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

class Theme {
  chosen = $state(localStorage.getItem(KEY) || "system");
  now = $state("light");

  constructor() {
    this.#apply();
    dark.addEventListener("change", () => this.#apply());
  }

  turn() {
    this.chosen = this.now === "dark" ? "light" : "dark";
    localStorage.setItem(KEY, this.chosen);
    this.#apply();
  }

  #apply() {
    const next = this.chosen === "system" ? (dark.matches ? "dark" : "light") : this.chosen;
    // Before the state changes: charts read the colours of the page when they are made anew.
    document.documentElement.dataset.theme = next;
    this.now = next;
  }
}

export const theme = new Theme();
