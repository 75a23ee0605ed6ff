// What pages do beyond HTML. Every page works without it.
"use strict";

(() => {
  const page = document;

  // The menu folds on a phone.
  const menuButton = page.querySelector("[data-menu-button]");
  if (menuButton) {
    const menu = page.getElementById("menu");
    menuButton.addEventListener("click", () => {
      const open = menu.classList.toggle("open");
      page.querySelector(".top").classList.toggle("open", open);
      menuButton.setAttribute("aria-expanded", String(open));
    });
    page.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.classList.contains("open")) return;
      menu.classList.remove("open");
      page.querySelector(".top").classList.remove("open");
      menuButton.setAttribute("aria-expanded", "false");
      menuButton.focus();
    });
  }

  // The search field of every page: behind a button on a phone, at "/" on a keyboard; arrows walk through its answers.
  const find = page.querySelector("[data-find]");
  const findButton = page.querySelector("[data-find-button]");
  if (find && findButton) {
    findButton.addEventListener("click", () => {
      const open = page.querySelector(".top").classList.toggle("finding");
      findButton.setAttribute("aria-expanded", String(open));
      if (open) find.focus();
    });
  }
  const hits = [...page.querySelectorAll("[data-hit]")];
  page.addEventListener("keydown", (event) => {
    const active = page.activeElement;
    if (event.key === "/" && find && !/^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName)) {
      event.preventDefault();
      page.querySelector(".top").classList.add("finding");
      find.focus();
      return;
    }
    if (!hits.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const at = hits.indexOf(active);
    if (at < 0 && active !== find && active !== page.body && active.id !== "content") return;
    event.preventDefault();
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    if (next < 0) find.focus();
    else hits[Math.min(next, hits.length - 1)].focus();
  });

  // Groups of the menu stay folded as this browser's user left them; the one with the present page is open.
  for (const group of page.querySelectorAll("details[data-menu-group]")) {
    const key = `menu:${group.dataset.menuGroup}`;
    if (localStorage.getItem(key) === "folded" && !group.querySelector("[aria-current]")) group.open = false;
    group.querySelector("summary").addEventListener("click", () => {
      if (group.open) localStorage.setItem(key, "folded");
      else localStorage.removeItem(key);
    });
  }

  // What newer browsers would find with :has().
  for (const table of page.querySelectorAll(".table-box > table.cards")) table.parentElement.classList.add("of-cards");
  for (const box of page.querySelectorAll(".field label > input[type=radio], .field label > input[type=checkbox]")) {
    box.parentElement.classList.add("choice");
  }

  // A card on a phone names each value by its column's heading.
  for (const table of page.querySelectorAll("table.cards")) {
    const headings = [...table.querySelectorAll("thead tr:last-child > *")].map((cell) => cell.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
      if (row.children.length !== headings.length) continue;
      [...row.children].forEach((cell, i) => {
        if (!cell.dataset.label && headings[i]) cell.dataset.label = headings[i];
      });
    }
  }

  for (const button of page.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }

  // A list of folded parts prints those that are open, and all of them where none is.
  const folded = page.querySelectorAll("details[data-print-all]");
  if (folded.length) {
    window.addEventListener("beforeprint", () => {
      if ([...folded].some((part) => part.open)) return;
      for (const part of folded) part.open = true;
      window.addEventListener("afterprint", () => folded.forEach((part) => (part.open = false)), { once: true });
    });
  }

  for (const box of page.querySelectorAll("[data-select-all]")) {
    box.addEventListener("change", () => {
      for (const other of page.querySelectorAll(`input[type=checkbox][name="${box.dataset.selectAll}"]`)) other.checked = box.checked;
    });
  }

  // A long list is chosen by typing a part of a name: it keeps what fits, and the only one that does is chosen.
  const LONG_LIST = 40;
  for (const select of page.querySelectorAll("main select")) {
    const all = [...select.options];
    if (select.multiple || all.length <= LONG_LIST || select.querySelector("optgroup")) continue;
    const input = page.createElement("input");
    input.type = "search";
    input.autocomplete = "off";
    input.className = "narrows";
    input.placeholder = "输入名称里的几个字查找";
    input.setAttribute("aria-label", `在${all.length}项里按名称查找`);
    select.before(input);
    input.addEventListener("input", () => {
      const typed = input.value.trim(), chosen = select.value;
      const fitting = all.filter((option) => !option.value || option.text.includes(typed));
      const found = fitting.filter((option) => option.value);
      select.textContent = "";
      select.append(...fitting);
      select.value = typed && found.length === 1 ? found[0].value : found.some((option) => option.value === chosen) ? chosen : "";
      input.setCustomValidity(found.length ? "" : `没有名称里带“${typed}”的。`);
      select.dispatchEvent(new Event("input", { bubbles: true }));
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it is looked for, not sent
      select.focus();
    });
  }

  // A file that the server would refuse for its size is refused before it travels.
  for (const input of page.querySelectorAll("input[type=file][data-max-mb]")) {
    input.addEventListener("change", () => {
      const limit = Number(input.dataset.maxMb);
      const tooLarge = [...input.files].find((file) => file.size > limit * 1024 * 1024);
      input.setCustomValidity(tooLarge ? `“${tooLarge.name}”超过 ${limit} MB，请换一个较小的文件。` : "");
      if (tooLarge) input.reportValidity();
    });
  }

  // Nothing typed is lost: a warning before leaving, and drafts of long texts kept in this tab.
  const dirty = new Set();
  const isGuarded = (form) => form && form.method === "post" && !form.hasAttribute("data-no-guard") && !form.hasAttribute("data-logout");
  page.addEventListener("input", (event) => {
    const form = event.target.form;
    if (isGuarded(form)) dirty.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty.size) event.preventDefault();
  });

  // What is typed is kept in this tab until it has arrived: also across a session that ran out and the login after it.
  const who = page.body.dataset.user || "";
  const draftKey = (field) => `draft:${who}:${location.pathname}:${field.name}`;
  const kept = "form textarea[name], form select[name], form input[name]";
  const isKept = (field) =>
    isGuarded(field.form) && !["password", "file", "hidden", "submit", "button", "checkbox", "radio"].includes(field.type);
  // A form that led to the login page did not arrive.
  if (page.body.dataset.page === "login") {
    sessionStorage.removeItem("draft-submitted");
    // The code on the first password's slip names the account behind the #, which no server sees.
    const name = page.querySelector("input[name=username]"), account = decodeURIComponent(location.hash.slice(1));
    if (name && account && !name.value && /^[\w.@+-]{1,40}$/.test(account)) {
      name.value = account;
      page.querySelector("input[name=password]").focus();
    }
  }
  // What was sent has arrived where this page is its answer: a page opened anew after there was no signal is none.
  const submitted = sessionStorage.getItem("draft-submitted");
  const answers = page.referrer ? `draft:${who}:${new URL(page.referrer).pathname}:` : "";
  if (submitted && submitted === answers && !page.querySelector("[data-form-errors]") && !page.body.dataset.page) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(submitted)) sessionStorage.removeItem(key);
  }
  if (!page.body.dataset.page) sessionStorage.removeItem("draft-submitted");
  const restored = new Map();
  for (const field of page.querySelectorAll(kept)) {
    if (!who || !isKept(field)) continue;
    field.addEventListener("input", () => sessionStorage.setItem(draftKey(field), field.value));
    const draft = sessionStorage.getItem(draftKey(field));
    if (draft === null || draft === field.value) continue;
    if (!restored.has(field.form)) restored.set(field.form, []);
    restored.get(field.form).push([field, field.value]);
    field.value = draft;
  }
  for (const [form, fields] of restored) {
    const note = page.createElement("p");
    note.className = "draft-note";
    note.append("已恢复上次没有提交的内容。");
    const drop = page.createElement("button");
    drop.type = "button";
    drop.className = "linklike";
    drop.textContent = "不要恢复";
    drop.addEventListener("click", () => {
      for (const [field, original] of fields) {
        field.value = original;
        sessionStorage.removeItem(draftKey(field));
      }
      note.remove();
    });
    note.append(drop);
    fields[fields.length - 1][0].after(note);
    form.dispatchEvent(new Event("restored"));
  }

  // Without a signal the page stays, with all that was typed and chosen; a chosen file could not be kept otherwise. A
  // browser that knows of no network may still reach a server beside it.
  const whenReached = async (form, button) => {
    const said = page.querySelector("[data-not-sent]"), note = page.createElement("div");
    if (said) said.remove();
    note.className = "message warning idle-note";
    note.setAttribute("role", "alert");
    note.setAttribute("data-not-sent", "");
    try {
      await fetch("/healthz");
      form.setAttribute("data-reached", "");
      button.click();
      form.removeAttribute("data-reached");
    } catch (error) {
      note.textContent = form.hasAttribute("data-logout") ? "现在没有信号，账号还没有退出，有信号后请再退出一次。"
        : "现在没有信号，还没有提交。填写和选择的内容都在这一页，有信号后再点一次。";
      page.body.append(note);
    }
  };

  // One click, one submission. The button that was pressed goes with the form before it is disabled.
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.hasAttribute("data-submitted")) {
      event.preventDefault();
      return;
    }
    if (form.hasAttribute("data-logout")) {
      sessionStorage.clear();
      // The list of the village goes from the phone with its helper (static/door-queue.js).
      if (navigator.serviceWorker && navigator.serviceWorker.controller) navigator.serviceWorker.controller.postMessage("forget");
    }
    if (!navigator.onLine && event.submitter && !form.hasAttribute("data-reached")) {
      event.preventDefault();
      whenReached(form, event.submitter);
      return;
    }
    const asked = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    if (asked && !window.confirm(asked)) {
      event.preventDefault();
      return;
    }
    dirty.clear();
    if (isGuarded(form)) sessionStorage.setItem("draft-submitted", `draft:${who}:${location.pathname}:`);
    if (form.hasAttribute("data-download")) return;
    form.setAttribute("data-submitted", "");
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) button.disabled = true;
      if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    }, 0);
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of page.querySelectorAll("form[data-submitted]")) {
      form.removeAttribute("data-submitted");
      for (const button of form.querySelectorAll(":disabled")) button.disabled = false;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  });

  // Progress of a job: asks its URL, and goes on when it has ended.
  const spell = (seconds) => (seconds < 60 ? `约 ${Math.max(1, Math.round(seconds))} 秒` : `约 ${Math.round(seconds / 60)} 分钟`);
  const watch = (box) => {
    const bar = box.querySelector("progress");
    const say = (name, text) => {
      const target = box.querySelector(`[data-progress-${name}]`);
      if (target) target.textContent = text;
    };
    let failures = 0;
    const ask = async () => {
      try {
        const answer = await fetch(box.dataset.progressUrl, { headers: { Accept: "application/json" } });
        if (answer.redirected || answer.status === 403 || answer.status === 404) return location.reload();
        const job = await answer.json();
        failures = 0;
        if (job.total) {
          bar.max = job.total;
          bar.value = job.done;
        }
        say("count", job.total ? `${job.done} / ${job.total}` : "");
        say("message", job.message || "正在处理");
        say("eta", job.seconds_left ? `还需${spell(job.seconds_left)}` : "");
        if (job.finished) {
          const next = job.url || box.dataset.progressNext;
          return next ? location.assign(next) : location.reload();
        }
      } catch {
        failures += 1;
        if (failures > 2) say("message", "与服务器的连接断了，恢复后会自动继续显示。处理不受影响。");
      }
      setTimeout(ask, Math.min(1000 * 2 ** failures, 15000));
    };
    setTimeout(ask, 600);
  };
  page.querySelectorAll("[data-progress-url]").forEach(watch);

  // Fields that are asked only where another one says so: data-shown-when="cause=12,14".
  for (const input of page.querySelectorAll("[data-shown-when]")) {
    const [name, values] = input.dataset.shownWhen.split("=");
    const box = input.closest(".field");
    const show = () => {
      const chosen = new FormData(input.form).get(name);
      box.hidden = !values.split(",").includes(chosen) && !box.querySelector(".errorlist");
    };
    input.form.addEventListener("change", show);
    show();
  }

  // What the server makes of a field while it is typed: data-live-url answers with a piece of HTML.
  for (const input of page.querySelectorAll("[data-live-url]")) {
    const shown = page.getElementById(input.dataset.liveTarget);
    let asked = 0;
    const ask = () => {
      const mine = (asked += 1);
      setTimeout(async () => {
        if (mine !== asked) return;
        const body = new FormData();
        body.append(input.name, input.value);
        body.append("csrfmiddlewaretoken", input.form.elements.csrfmiddlewaretoken.value);
        const answer = await fetch(input.dataset.liveUrl, { method: "POST", body });
        if (mine === asked && answer.ok && !answer.redirected) shown.innerHTML = await answer.text();
      }, 300);
    };
    input.addEventListener("input", ask);
    if (input.value) ask();
  }

  // Two minutes before an idle session ends.
  const idleMinutes = Number(page.body.dataset.idleMinutes);
  if (idleMinutes > 2) {
    setTimeout(() => {
      const note = page.createElement("div");
      note.className = "message warning idle-note";
      note.setAttribute("role", "alert");
      note.append("您已有一段时间没有操作，两分钟后将自动退出。");
      const stay = page.createElement("button");
      stay.type = "button";
      stay.textContent = "继续工作";
      stay.addEventListener("click", async () => {
        const answer = await fetch(location.href, { method: "HEAD" });
        note.textContent = answer.redirected ? "已经退出。填写的内容已保留在本窗口，重新登录后自动恢复。" : "";
        if (!answer.redirected) note.remove();
      });
      note.append(stay);
      page.body.append(note);
    }, (idleMinutes - 2) * 60000);
  }
})();
