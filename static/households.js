// A village as households: drawn from the data in the page (or on the phone), found while typing.
"use strict";

const Homes = (() => {
  const SPECIAL = 1, LAST_YEAR = 2, NEWBORN = 4, PROMISED = 8;
  const FIRST = 16, AT_ONCE = 20, REST = 150; // the first fill a phone's screen; milliseconds between two parts
  // The places of a member in the data (collection/households/selectors.py: Member) and of a household (Home).
  const PK = 0, NAME = 1, TAIL = 2, PHONE = 3, CHANNEL = 4, DUE = 5, WHY = 6, MARKS = 7;
  const NUMBER = 1, HEAD = 2, MEMBERS = 3;
  const WORDS = { cash: "已缴", self: "自主缴费", family: "家庭共济", collective: "集体资助", free: "全额资助", school: "学校代收" };
  const page = document;

  const make = (tag, className, text) => {
    const element = page.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const yuan = (amount) => amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const owes = (member) => !member[CHANNEL] && Number(member[DUE]) !== 0;
  // 元 are whole hundredths; a sum of numbers would not stay one.
  const sum = (members) => members.reduce((total, member) => total + Math.round(Number(member[DUE] || 0) * 100), 0) / 100;

  const FILTERS = [
    ["all", "全部", () => true],
    ["unpaid", "未缴", owes],
    ["promised", "约定今天缴", (member) => owes(member) && Boolean(member[MARKS] & PROMISED)],
    ["paid", "已缴", (member) => Boolean(member[CHANNEL]) && member[CHANNEL] !== "school"],
    ["self", "自主缴费", (member) => member[CHANNEL] === "self" || member[CHANNEL] === "family"],
    ["special", "特殊群体", (member) => Boolean(member[MARKS] & SPECIAL)],
    ["lapsed", "上年缴今年未缴", (member) => owes(member) && Boolean(member[MARKS] & LAST_YEAR)],
    ["newborn", "新生儿", (member) => Boolean(member[MARKS] & NEWBORN)],
  ];

  // What a household is found by, made once for all searches: texts with a bar before and after each name, spelling,
  // number and telephone of it, so that one look tells whether one of them begins or ends with what was typed.
  const keysOf = (data, home) => {
    const spell = (name) => [...name].map((c, i) => (i === 0 && data.surnames[c]) || data.readings[c] || "");
    const names = [], spelt = [], tails = [], phones = [];
    for (const member of home[MEMBERS]) {
      const syllables = spell(member[NAME]);
      names.push(member[NAME]);
      spelt.push(syllables.join(""), syllables.map((s) => s[0] || "").join(""));
      const usual = [...member[NAME]].map((c) => data.readings[c] || "").join("");
      if (usual !== syllables.join("")) spelt.push(usual);
      tails.push(member[TAIL].toLowerCase());
      phones.push(member[PHONE]);
    }
    const bars = (texts) => `|${texts.join("|")}|`;
    const number = home[NUMBER].toLowerCase().replace(/^0+(?=.)/, "");
    return { names: bars(names), spelt: bars(spelt), tails: bars(tails), phones: bars(phones), number };
  };
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s|]/g, "");
  // Whether a household's keys fit what was typed.
  const finder = (asked) => {
    if (!asked) return () => true;
    if (/^[a-z]+$/.test(asked)) return (keys) => keys.spelt.includes(`|${asked}`) || keys.number.startsWith(asked);
    if (/^\d+x?$/.test(asked)) {
      const number = asked.replace(/^0+(?=.)/, ""), whole = `|${asked}|`, start = `|${asked}`, end = `${asked}|`;
      return (keys) => keys.number === number
        || (asked.length === 4 && keys.tails.includes(whole))
        || (asked.length >= 3 && (keys.phones.includes(start) || keys.phones.includes(end)));
    }
    return (keys) => keys.names.includes(asked) || keys.number.startsWith(asked);
  };

  const tagsOf = (home) => {
    const found = [];
    const members = home[MEMBERS], unpaid = members.filter(owes);
    if (!unpaid.length) found.push(["ok", members.some((member) => member[CHANNEL] === "school") ? "村里不用收" : "都已缴"]);
    if (unpaid.some((member) => member[MARKS] & PROMISED)) found.push(["warn", "约定今天缴"]);
    if (members.some((member) => member[MARKS] & SPECIAL)) found.push(["", "特殊群体"]);
    if (members.some((member) => member[MARKS] & NEWBORN)) found.push(["", "新生儿"]);
    if (unpaid.some((member) => member[MARKS] & LAST_YEAR)) found.push(["warn", "上年缴今年未缴"]);
    if (members.some((member) => member[CHANNEL] === "self")) found.push(["", "有人自主缴费"]);
    return found;
  };

  const fillRow = (row, home) => {
    const unpaid = home[MEMBERS].filter(owes);
    row.textContent = "";
    row.append(make("span", "head", home[HEAD]), make("span", "quiet", home[NUMBER] || "无户号"));
    row.append(make("span", "", `${home[MEMBERS].length} 人${unpaid.length ? `，未缴 ${unpaid.length} 人` : ""}`));
    row.append(make("span", "due", unpaid.length ? `${yuan(sum(unpaid))} 元` : ""));
    const tags = make("span", "tags");
    for (const [kind, text] of tagsOf(home)) tags.append(make("span", kind, text));
    row.append(tags);
  };

  const memberLine = (data, member) => {
    const line = make("div", "member"), who = make("span", "who");
    who.append(make("span", "", member[NAME]), make("span", "quiet small", `尾号 ${member[TAIL]}`));
    if (member[MARKS] & SPECIAL) who.append(make("span", "badge off", "特殊群体"));
    if (member[MARKS] & NEWBORN) who.append(make("span", "badge off", "新生儿"));
    const due = member[CHANNEL] ? WORDS[member[CHANNEL]] : member[DUE] === null ? "金额待定" : Number(member[DUE]) ? `${yuan(Number(member[DUE]))} 元` : "不用缴费";
    const why = make("details");
    why.append(make("summary", "", "依据"));
    for (const text of data.reasons[member[WHY]].split("\n")) why.append(make("p", "", text));
    line.append(who, make("span", "due", due), why);
    if (member[PHONE]) {
      const call = make("a", "button quiet", "打电话");
      call.href = `tel:${member[PHONE]}`;
      call.setAttribute("aria-label", `给${member[NAME]}打电话`);
      line.append(call);
    }
    return line;
  };

  const fillCard = (state, card, home) => {
    card.textContent = "";
    for (const member of home[MEMBERS]) card.append(memberLine(state.data, member));
    const buttons = make("div", "buttons");
    const more = make("a", "button quiet", "本户缴费资金去向");
    more.href = `/village/${state.data.village}/households/${home[PK] > 0 ? home[PK] : `single/${-home[PK]}`}/`;
    buttons.append(more);
    card.append(buttons);
    for (const extend of state.extensions) extend(card, home);
  };

  const itemOf = (state, home) => {
    const known = state.items.get(home[PK]);
    if (known) return known;
    const item = make("li", "home");
    item.id = `h${home[PK]}`;
    const row = make("button", "home-row");
    row.type = "button";
    row.setAttribute("aria-expanded", "false");
    const card = make("div", "home-card");
    card.hidden = true;
    fillRow(row, home);
    row.addEventListener("click", () => open(state, home, card.hidden));
    item.append(row, card);
    state.items.set(home[PK], item);
    return item;
  };

  const open = (state, home, wanted) => {
    const item = itemOf(state, home), [row, card] = item.children;
    if (wanted && !card.firstChild) fillCard(state, card, home);
    card.hidden = !wanted;
    row.setAttribute("aria-expanded", String(wanted));
  };

  // The first rows are drawn at once, others while nobody waits, three screens ahead of who scrolls and all before
  // printing: six hundred rows are dear to lay out and to take away again. A new search drops what is left of the old one.
  const draw = (state) => {
    const isFound = finder(plain(state.input.value));
    const test = FILTERS.find(([key]) => key === state.filter)[2];
    const found = state.data.homes.filter((home, i) => isFound(state.keys[i]) && home[MEMBERS].some(test));
    const people = found.reduce((count, home) => count + home[MEMBERS].filter(test).length, 0);
    state.found.textContent = `${found.length} 户，${people} 人`;
    state.list.textContent = "";
    state.left = found;
    drawMore(state, FIRST);
  };

  const drawMore = (state, count) => {
    const part = page.createDocumentFragment();
    for (const home of state.left.slice(0, count)) {
      const item = itemOf(state, home);
      if (item.parentNode !== state.list) part.append(item); // the one that was asked for stays on top
    }
    state.left = state.left.slice(count);
    state.list.append(part);
    clearTimeout(state.timer);
    if (state.left.length) state.timer = setTimeout(drawAhead, REST, state);
  };

  const drawAhead = (state) => {
    if (state.left.length && state.list.getBoundingClientRect().bottom < 4 * innerHeight) drawMore(state, AT_ONCE);
  };

  const drawChips = (state) => {
    state.chips.textContent = "";
    for (const [key, label] of FILTERS) {
      const chip = make("button", "", label);
      chip.type = "button";
      chip.setAttribute("aria-pressed", String(key === state.filter));
      chip.addEventListener("click", () => {
        state.filter = key;
        for (const other of state.chips.children) other.setAttribute("aria-pressed", String(other === chip));
        draw(state);
      });
      state.chips.append(chip);
    }
  };

  // Show the household whose #h… is in the address.
  const openAsked = (state) => {
    const asked = Number(location.hash.slice(2));
    const home = location.hash.startsWith("#h") && state.data.homes.find((one) => one[PK] === asked);
    if (!home) return;
    state.list.prepend(itemOf(state, home));
    open(state, home, true);
    itemOf(state, home).scrollIntoView();
  };

  const start = (data, extensions = []) => {
    const state = {
      data, extensions, filter: "all", left: [], timer: 0, items: new Map(),
      keys: data.homes.map((home) => keysOf(data, home)),
      input: page.getElementById("find"), chips: page.querySelector("[data-chips]"),
      found: page.querySelector("[data-found]"), list: page.querySelector("[data-homes]"),
    };
    state.input.addEventListener("input", () => draw(state));
    addEventListener("scroll", () => drawAhead(state), { passive: true });
    addEventListener("beforeprint", () => drawMore(state, state.left.length));
    drawChips(state);
    draw(state);
    openAsked(state);
    return {
      data,
      // A household that has changed is drawn anew where it stands.
      refresh: (home) => {
        const [row, card] = itemOf(state, home).children;
        fillRow(row, home);
        if (card.firstChild) fillCard(state, card, home);
      },
      close: (home) => open(state, home, false),
      // Nothing is left to be drawn or found, whatever was still to be added while nobody waits.
      forget: () => {
        state.keys = state.data.homes = [];
        state.items.clear();
        draw(state);
      },
    };
  };

  return { start, make, yuan, sum, owes, PK, NAME, TAIL, CHANNEL, DUE, NUMBER, HEAD, MEMBERS };
})();
