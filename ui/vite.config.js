import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// The page is served under a strict content security policy: no inline script, no data: addresses.
export default defineConfig({
  plugins: [svelte()],
  build: { modulePreload: { polyfill: false }, assetsInlineLimit: 0, target: "es2022" },
  server: { proxy: { "/v1": "http://127.0.0.1:8620" } },
});
