// Keeps the forms of steps on a phone, so that they open without a connection. Nothing else is kept.
"use strict";
const KEPT = "steps";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  const own = new URL(self.registration.scope).pathname;
  const isForm = (path === own || path.startsWith(`${own}/`)) && !path.startsWith(`${own}/done/`);
  const isStatic = path.startsWith(`${own.slice(0, -"/steps".length)}/static/`);
  if (request.method === "GET" && (isForm || isStatic)) event.respondWith(answer(request));
});

async function answer(request) {
  const kept = await caches.open(KEPT);
  try {
    const found = await fetch(request);
    if (found.ok && !found.redirected && !isBegun(request)) await kept.put(bare(request), found.clone());
    // Whoever is no longer let in leaves nothing on the phone.
    else if (found.redirected || found.type === "opaqueredirect" || found.status === 401 || found.status === 403) await caches.delete(KEPT);
    return found;
  } catch (error) {
    const found = await kept.match(bare(request));
    if (found) return found;
    throw error;
  }
}

// What a form was begun with, as by a code, is for that once; only the form itself is kept.
function isBegun(request) {
  const url = new URL(request.url);
  return url.search && !url.pathname.includes("/static/");
}

function bare(request) {
  const url = new URL(request.url);
  if (!url.pathname.includes("/static/")) url.search = "";
  return url.href;
}
