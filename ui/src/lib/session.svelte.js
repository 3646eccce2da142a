// Who looks, and so what may be done here.

import { call, get } from "./api.js";

class Session {
  role = $state("viewer");
  open = $state(true);

  get mayAct() {
    return this.role === "admin";
  }

  async start() {
    try {
      const found = await get("/v1/session");
      this.role = found.role;
      this.open = found.open;
    } catch {
      this.role = "viewer";
    }
  }

  async end() {
    await call("DELETE", "/v1/session");
    location.reload();
  }
}

export const session = new Session();
