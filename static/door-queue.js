// What a phone keeps: the village's list, its secret, and what was collected and has not arrived yet. Used by the page
// and by the service worker; it knows no page.
"use strict";

const DoorQueue = (() => {
  // The server takes 64 kB from whoever has no session: ten households, however large.
  const AT_ONCE = 10;
  const request = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  let opened = null;
  const database = () => {
    opened = opened || new Promise((resolve, reject) => {
      const asked = indexedDB.open("door", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("kept");
        asked.result.createObjectStore("queue", { keyPath: "id" });
      };
      asked.onsuccess = () => {
        asked.result.onclose = () => (opened = null); // the browser has cleared its data
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
    });
    opened.catch(() => (opened = null));
    return opened;
  };

  // Runs `work` on a store, and is done when the phone has it on its disk.
  const change = async (name, work) => {
    const transaction = (await database()).transaction(name, "readwrite");
    const written = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error || new Error("aborted"));
    });
    work(transaction.objectStore(name));
    await written;
  };
  const store = async (name) => (await database()).transaction(name).objectStore(name);

  const get = async (key) => request((await store("kept")).get(key));
  const put = (key, value) => change("kept", (kept) => kept.put(value, key));
  const forget = (key) => change("kept", (kept) => kept.delete(key));
  const waiting = async () => request((await store("queue")).getAll());
  const add = (entry) => change("queue", (queue) => queue.put(entry));
  // What names people of the village goes together; what was collected stays until it has arrived.
  const forgetList = () => change("kept", (kept) => {
    kept.delete("list");
    kept.delete("cases");
  });
  // Writes the list again where it is still here, this helper's and no newer one: who logged out in another tab, was cut
  // off or gave the phone to the next helper has taken it away. Returns whether it is.
  const putAgain = async (list) => {
    let isThere = false;
    await change("kept", (kept) => {
      const asked = kept.get("list");
      asked.onsuccess = () => {
        const there = asked.result;
        isThere = Boolean(there && there.user === list.user && there.fetchedAt <= list.fetchedAt);
        try {
          if (isThere) kept.put(list, "list");
        } catch (error) {
          asked.transaction.abort();
        }
      };
    });
    return isThere;
  };

  // A phone that was cut off, or whose helper is another now, keeps nothing.
  const wipe = async (user) => {
    await forget(`phone:${user}`);
    const list = await get("list");
    if (list && list.user === user) await forgetList();
  };

  // What has arrived leaves the queue; what cannot be read stays, and says so. Cases stand beside the helper's own list.
  const settle = async (owner, entries, results) => {
    const byId = new Map(results.map((result) => [result.id, result]));
    const list = await get("list"), cases = (await get("cases")) || [];
    await change("queue", (queue) => {
      for (const entry of entries) {
        const result = byId.get(entry.id);
        if (!result || result.state === "later") continue;
        if (result.state === "unreadable") queue.put(Object.assign(entry, { stuck: result.says.join("") }));
        else queue.delete(entry.id);
        if (result.state === "case" && !cases.some((one) => one.id === entry.id)) cases.push({ id: entry.id, head: entry.head, says: result.says, batch: result.batch });
      }
    });
    if (list && list.user === owner) await put("cases", cases.slice(-50));
  };

  const sendOne = async (owner, phone, entries) => {
    const answer = await fetch("/door/up/", {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json", "X-Phone": phone.secret },
      body: JSON.stringify({ year: phone.year, entries }),
    });
    const told = await answer.json();
    if (answer.status === 403) return { refused: told.error };
    if (!answer.ok) throw new Error(told.error || answer.status);
    await settle(owner, entries, told.results);
    return told;
  };

  // Sends all that waits, each with the secret of the helper who took it. Returns the last answer for `user`'s phone;
  // throws where there is no signal. `ask`: also where nothing waits, to be told what is new.
  const send = async (user, { ask = false } = {}) => {
    const entries = (await waiting()).filter((entry) => !entry.stuck);
    const owners = new Set(entries.map((entry) => entry.user));
    if (ask && user) owners.add(user);
    let last = null;
    for (const owner of owners) {
      const phone = await get(`phone:${owner}`);
      if (!phone) continue;
      const mine = entries.filter((entry) => entry.user === owner);
      for (let from = 0; from === 0 || from < mine.length; from += AT_ONCE) {
        const told = await sendOne(owner, phone, mine.slice(from, from + AT_ONCE));
        if (told.wipe) await wipe(owner);
        if (owner === user) last = told;
        if (told.refused) break;
      }
    }
    return last;
  };

  return { get, put, putAgain, add, waiting, send, forgetList };
})();
