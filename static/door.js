// 入户收款: tick, take the money, next door. With a signal or without one.
"use strict";

const Door = (() => {
  const { make, yuan, sum, owes, PK, NAME, TAIL, CHANNEL, DUE, NUMBER, HEAD, MEMBERS } = Homes;
  // Milliseconds: what waits is sent again, and the server asked for news where nothing waits.
  const DAY = 86400000, KEPT_DAYS = 7, AGAIN_AFTER = 30000, ASK_AFTER = 600000;
  const NO_SIGNAL = "没有连上服务器，请在有信号的地方再点一次。";
  const TOO_OLD = "名单已超过七天没有联网更新，已从手机删除。";
  const NOT_HERE = "这一页的名单已经收起：这部手机退出了登录、换了人、已停用，或者另开了一页新名单。请刷新这一页。";
  const page = document;
  const part = (name) => page.querySelector(`[data-door${name}]`);
  const dayNumber = (moment) => Math.floor((moment + 8 * 3600000) / DAY);
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
  const canKeep = () => Boolean(window.isSecureContext && "serviceWorker" in navigator && window.indexedDB);
  const keeps = (state) => state.data.keeps && canKeep();
  const isTooOld = (seenAt) => Date.now() - seenAt > KEPT_DAYS * DAY;
  // The day by the server's clock when the list was fetched, and the phone's own count of days since.
  const today = (state) => {
    const day = new Date(`${state.data.day}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + dayNumber(Date.now()) - dayNumber(state.fetchedAt));
    return day.toISOString().slice(0, 10);
  };

  const say = (text) => {
    part("-error").textContent = text;
    part("-error").hidden = !text;
    if (text) part("-error").scrollIntoView({ block: "nearest" });
  };

  // --- receipt numbers ----------------------------------------------------------------------------------------------

  const written = ([prefix, width], serial) => prefix + String(serial).padStart(width, "0");
  const place = (state, number) => {
    for (const range of state.data.numbers) {
      const digits = number.slice(range[0].length), serial = Number(digits);
      if (number.startsWith(range[0]) && digits.length === range[1] && serial >= range[2] && serial <= range[3]) return [range, serial];
    }
    return null;
  };
  // The number after the last one used here, else the first blank one.
  const offered = (state) => {
    const last = state.last && place(state, state.last);
    const starts = last ? [[last[0], last[1] + 1]] : [];
    for (const [range, from] of [...starts, ...state.data.numbers.map((range) => [range, range[2]])]) {
      for (let serial = from; serial <= range[3]; serial += 1) {
        if (!state.used.has(written(range, serial))) return written(range, serial);
      }
    }
    return "";
  };

  const offer = (state, field) => {
    field.value = field.defaultValue = offered(state);
  };

  // --- the household's card -----------------------------------------------------------------------------------------

  const extend = (state) => (card, home) => {
    if (!state.data.takes || !state.data.open) return;
    const paying = home[MEMBERS].filter((member) => owes(member) && member[DUE] !== null);
    if (!paying.length) return;
    const spoilt = [], boxes = [], lines = card.querySelectorAll(".member");
    home[MEMBERS].forEach((member, i) => {
      if (!paying.includes(member)) return;
      const label = make("label"), box = make("input");
      box.type = "checkbox";
      box.checked = true;
      label.append(box, lines[i].firstChild);
      lines[i].prepend(label);
      boxes.push([box, member]);
    });
    const form = make("form", "door-form"), field = make("input"), label = make("label", "", "收据号");
    form.setAttribute("data-no-guard", "");
    field.id = `r${home[PK]}`;
    label.htmlFor = field.id;
    offer(state, field);
    state.fields.set(home[PK], field);
    field.autocomplete = "off";
    field.required = true;
    field.maxLength = 30;
    const spoil = make("button", "linklike", "这张写坏了，换下一张");
    spoil.type = "button";
    const note = make("p", "quiet small");
    const button = make("button", "", "");
    const chosen = () => boxes.filter(([box]) => box.checked).map(([, member]) => member);
    const count = () => {
      button.textContent = chosen().length ? `收款 ${yuan(sum(chosen()))} 元（${chosen().length} 人）` : "请勾选缴费的人";
      button.disabled = !chosen().length;
    };
    spoil.addEventListener("click", () => {
      const number = field.value.trim();
      if (!number) return;
      spoilt.push(number);
      state.used.add(number);
      state.last = number;
      offer(state, field);
      note.textContent = `${spoilt.join("、")} 将登记为作废，纸质收据请保存好上交。`;
    });
    for (const [box] of boxes) box.addEventListener("change", count);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      button.disabled = true;
      collect(state, home, { members: chosen(), number: field.value.trim(), spoilt, entry: form.entry }).then((entry) => {
        form.entry = entry;
        count();
      });
    });
    count();
    form.append(label, field, spoil, note, button);
    card.insertBefore(form, card.querySelector(".buttons"));
  };

  // Keeps the entry on the phone, or hands it in at once where nothing may be kept. The same entry is tried again
  // under its own id, so that it counts once however often it is sent. Returns it while it has not been taken.
  const collect = async (state, home, { members, number, spoilt, entry }) => {
    const fresh = {
      id: (entry && entry.id) || uuid(), user: state.data.user, head: home[HEAD], year: state.data.year,
      paid_on: today(state), listed_on: state.data.day, taken_at: new Date().toISOString(),
      household: home[NUMBER], receipt_no: number.toUpperCase(), spoilt,
      members: members.map((member) => ({ pk: member[PK], name: member[NAME], tail: member[TAIL], amount: member[DUE] })),
    };
    say("");
    try {
      if (state.phone) await DoorQueue.add(fresh);
      else if (!(await handIn(state, fresh))) return fresh;
    } catch (error) {
      say(state.phone ? `手机没有存下这一笔（${error.name === "QuotaExceededError" ? "存储空间已满" : error.name}），没有登记。请清理手机空间后再点收款。`
        : "没有连上服务器，这一笔还没有登记。请在有信号的地方再点一次收款，不会重复。");
      return fresh;
    }
    apply(state, fresh);
    if (state.tabs) state.tabs.postMessage(fresh);
    state.list.close(home);
    await draw(state);
    if (state.phone) {
      await keep(state);
      // Where the browser has it, the queue goes up with the page closed, too.
      navigator.serviceWorker.ready.then((worker) => worker.sync && worker.sync.register("door")).catch(() => {});
      send(state);
    }
    return null;
  };

  // What is told by the session of who is logged in. Where it is over, or another has begun in another page, this page is
  // opened anew, by way of the login, and nothing comes back.
  const tell = async (state, path, sent) => {
    const answer = await fetch(`/village/${state.data.village}/door/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": page.querySelector("[name=csrfmiddlewaretoken]").value },
      body: JSON.stringify(sent),
    });
    if (answer.redirected || answer.status === 403) {
      location.reload();
      return null;
    }
    return { ok: answer.ok, told: await answer.json() };
  };

  const handIn = async (state, entry) => {
    const answer = await tell(state, "", { year: state.data.year, entries: [entry] });
    if (!answer) return false;
    const told = answer.told;
    const result = answer.ok ? told.results[0] : { state: "unreadable", says: [told.error] };
    if (result.state === "unreadable" || result.state === "later") {
      say(`没有登记：${result.says.join("")}`);
      return false;
    }
    if (result.state === "case") {
      state.cases.push({ id: entry.id, head: entry.head, says: result.says });
    }
    learn(state, told);
    return true;
  };

  // What is collected here is shown as paid, whether it has arrived or not; its number is offered nowhere any more.
  const apply = (state, entry) => {
    const paid = new Set(entry.members.map((member) => member.pk));
    for (const number of [...entry.spoilt, entry.receipt_no]) state.used.add(number);
    state.last = entry.receipt_no;
    for (const field of state.fields.values()) {
      if (field.value === field.defaultValue && state.used.has(field.value)) offer(state, field);
    }
    for (const home of state.data.homes) {
      const touched = home[MEMBERS].filter((member) => paid.has(member[PK]));
      for (const member of touched) member[CHANNEL] = "cash";
      if (touched.length && state.list) state.list.refresh(home);
    }
  };

  // --- what is kept and what is sent --------------------------------------------------------------------------------

  // The list as it now stands, unless it has gone from the phone since it was put there: then it goes from the page, too.
  const keep = async (state) => {
    if (state.gone) return;
    const { data, fetchedAt, seenAt, last } = state, list = { user: data.user, data, fetchedAt, seenAt, last };
    try {
      if (!state.isKept) await DoorQueue.put("list", list);
      else if (!(await DoorQueue.putAgain(list))) gone(state, NOT_HERE);
      state.isKept = true;
    } catch (error) {
      say("手机存储空间已满，名单没有保存好。收款已保存，请尽快到有信号的地方上传。");
    }
  };

  const learn = (state, told) => {
    if (told.numbers) state.data.numbers = told.numbers;
    if (told.hand) state.data.hand = told.hand;
    state.seenAt = Date.now();
  };

  const send = async (state, { ask = Date.now() - state.seenAt > ASK_AFTER } = {}) => {
    if (!keeps(state) || state.sending) return;
    state.sending = true;
    try {
      const told = await DoorQueue.send(state.data.user, { ask });
      if (told && told.wipe) gone(state, "这部手机已经停用，名单已从手机删除。没有上传的收款已交给乡镇专班核实。请联系乡镇专班。");
      else if (told && told.refused) say(told.refused);
      else if (told) learn(state, told);
      state.offline = false;
    } catch (error) {
      state.offline = true;
    } finally {
      state.sending = false;
    }
    if (state.phone && !state.gone && isTooOld(state.seenAt)) {
      await DoorQueue.forgetList();
      gone(state, await withoutList(TOO_OLD));
    }
    if (state.phone) await keep(state);
    await draw(state);
  };

  // Names nobody any more, whatever is still under way; what was collected still goes up.
  const gone = (state, why) => {
    if (state.gone) return;
    state.gone = true;
    state.list.forget();
    say(why);
    part("").hidden = true;
  };

  const draw = async (state) => {
    if (state.gone) return;
    const all = keeps(state) ? await DoorQueue.waiting() : [];
    const waiting = all.filter((entry) => entry.user === state.data.user), others = all.length - waiting.length;
    const cases = state.phone ? (await DoorQueue.get("cases")) || [] : state.cases;
    const cents = waiting.reduce((total, entry) => total + entry.members.reduce((t, m) => t + Math.round(Number(m.amount) * 100), 0), 0);
    part("").hidden = !state.data.takes;
    part("-hand").textContent = state.data.hand ? state.data.hand.headline : "";
    part("-hand").className = `door-hand ${state.data.hand ? state.data.hand.kind : ""}`;
    part("-queue").textContent = waiting.length ? `有 ${waiting.length} 笔 ${yuan(cents / 100)} 元等待上传，${state.offline ? "现在没有信号，有信号后自动上传" : "正在上传"}。` : state.phone ? "收的款都已上传。" : "";
    const list = part("-cases");
    list.textContent = "";
    for (const stuck of waiting.filter((entry) => entry.stuck)) list.append(make("li", "negative", `${stuck.head}户没有传上去：${stuck.stuck}请告诉乡镇专班。`));
    for (const one of cases) list.append(make("li", "negative", `${one.head}户待核实：${one.says.join("")}`));
    if (others) list.append(make("li", "", `这部手机里还有别的协办员收的 ${others} 笔没有上传，有信号后自动上传，不会丢。`));
    if (cases.length) {
      const more = make("a", "", "去处理");
      more.href = "/door/cases/";
      const item = make("li");
      item.append(more);
      list.append(item);
    }
    part("-phone").textContent = state.phone && state.refused && !state.ready ? NOT_TRUSTED : state.phone && !state.ready ? "正在准备断网使用，请稍等……" : state.phone ? "准备好了，断网也能收款。名单在退出登录、换人或七天没有联网后自动删除。" : canKeep() ? "" : "这个网址没有加密（HTTPS），或者浏览器太旧：只能联网收款，断网时请用纸质清册。";
  };

  // --- starting -----------------------------------------------------------------------------------------------------

  // A browser that was merely told to go on past a certificate it does not trust lets no worker in.
  const NOT_TRUSTED = "这部手机没有安装本系统的证书，断网时打不开名单，只能联网收款。请照培训资料装好证书，再打开这一页。";
  const mayWork = () => navigator.serviceWorker.register("/sw.js").then(() => true, () => false);

  const begin = async (state) => {
    const waiting = keeps(state) ? await DoorQueue.waiting() : [];
    for (const entry of waiting) apply(state, entry);
    state.list = Homes.start(state.data, [extend(state)]);
    page.addEventListener("submit", (event) => event.target.hasAttribute("data-logout") && gone(state, "名单已从手机删除。"));
    if (window.BroadcastChannel) {
      // Another tab of this list shows the same, and offers the next number.
      state.tabs = new BroadcastChannel("door");
      state.tabs.onmessage = ({ data }) => data.user === state.data.user && apply(state, data);
    }
    if (state.phone) {
      await keep(state); // before it says that it is ready
      state.refused = !(await mayWork());
      navigator.serviceWorker.ready.then(() => {
        state.ready = true;
        draw(state);
      });
    }
    addEventListener("online", () => send(state, { ask: true }));
    page.addEventListener("visibilitychange", async () => {
      if (page.hidden) return;
      if (state.phone) await keep(state);
      await send(state);
    });
    setInterval(() => send(state), AGAIN_AFTER);
    await send(state, { ask: true });
    await draw(state);
  };

  const offerPhone = (state) => {
    const button = make("button", "quiet", "让这部手机断网也能收款");
    button.type = "button";
    button.addEventListener("click", async () => {
      if (!navigator.onLine) return say(NO_SIGNAL); // and not that the certificate is missing
      button.disabled = true;
      if (!(await mayWork())) {
        button.disabled = false;
        return say(NOT_TRUSTED);
      }
      const label = (navigator.userAgent.match(/\(([^)]*)\)/) || ["", ""])[1].slice(0, 60);
      const answer = await tell(state, "phone/", { label }).catch(() => ({ told: { error: NO_SIGNAL } }));
      if (!answer) return;
      const told = answer.told;
      button.disabled = false;
      if (!answer.ok) return say(told.error);
      await DoorQueue.put(`phone:${state.data.user}`, { secret: told.secret, year: state.data.year });
      // Ask the browser not to clear it when room runs short.
      if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
      location.reload();
    });
    part("-buttons").append(button);
    if (state.known) part("-buttons").after(make("p", "message warning", `这个账号登记过收款手机，最近联系是 ${state.known}。如果就是这部手机，浏览器的数据已被清除：没有上传的收款不在手机里了，请对照收据存根，把名单上还没有记账的重新登记。`));
  };

  const online = async (data, known) => {
    const state = begun({ data, known, fetchedAt: Date.now(), seenAt: Date.now(), last: "", phone: null });
    if (keeps(state)) {
      const list = await DoorQueue.get("list");
      if (list && list.user !== data.user) await DoorQueue.forgetList();
      if (list && list.user === data.user) state.last = list.last;
      await DoorQueue.put("cases", []);
      state.phone = (await DoorQueue.get(`phone:${data.user}`)) || null;
      if (!state.phone) offerPhone(state);
    }
    await begin(state);
  };

  const begun = (facts) => ({ used: new Set(), fields: new Map(), cases: [], ...facts });

  const withoutList = async (why) => {
    const waiting = canKeep() ? (await DoorQueue.waiting()).length : 0;
    return `${why}请在有信号的地方登录后再打开。${waiting ? `没有上传的 ${waiting} 笔收款还保存在手机里，不会丢。` : ""}`;
  };

  // Without a signal: what the phone holds, unless it has not heard from the server for a week.
  const shell = async () => {
    const note = page.querySelector("[data-shell-note]");
    const list = canKeep() ? await DoorQueue.get("list") : null;
    if (!list) {
      note.textContent = await withoutList("现在没有信号，手机里也没有保存名单。");
      return;
    }
    if (isTooOld(list.seenAt)) {
      await DoorQueue.forgetList();
      note.textContent = await withoutList(TOO_OLD);
      return;
    }
    if (list.data.large) {
      page.querySelector("link[data-large]").media = "all";
      page.body.classList.add("large");
    }
    page.querySelector("[data-village]").textContent = `${list.data.name}入户收款`;
    note.textContent = `手机里的名单是 ${list.data.day} 下载的，收款先存在手机里。`;
    const phone = await DoorQueue.get(`phone:${list.user}`);
    await begin(begun({ data: list.data, fetchedAt: list.fetchedAt, seenAt: list.seenAt, last: list.last, phone, isKept: true }));
  };

  return { online, shell };
})();

addEventListener("DOMContentLoaded", () => {
  const data = document.getElementById("homes-data");
  if (data) {
    const reader = document.querySelector("[data-door-reader]").dataset;
    const who = { user: Number(reader.doorReader), takes: "takes" in reader, keeps: "keeps" in reader, large: "large" in reader };
    Door.online({ ...JSON.parse(data.textContent), ...who }, reader.known);
  } else if (document.body.dataset.page === "shell") Door.shell();
});
