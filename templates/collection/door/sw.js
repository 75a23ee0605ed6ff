{% autoescape off %}// The page without a signal: what it is made of is kept on the phone; what was collected goes up by itself.
"use strict";

const KEPT = "door-{{ version }}", SHELL = "{% url 'door_shell' %}";
const FILES = [{% for file in files %}"{{ file }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
importScripts("{{ queue }}");

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll([SHELL, ...FILES]);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const take = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(take());
});

self.addEventListener("fetch", (event) => {
  const request = event.request, path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(SHELL)));
  } else if (FILES.includes(path)) {
    event.respondWith(caches.match(path).then((kept) => kept || fetch(request)));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag === "door") event.waitUntil(DoorQueue.send());
});

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(DoorQueue.forgetList());
});
{% endautoescape %}
