/* A grid over a textarea of tab-separated text: what WPS or Excel copied is pasted into it cell by cell. The textarea
   stays what is sent and what is kept; without this script it is filled in itself. */
(() => {
  "use strict";
  const SPARE_ROWS = 5;
  const page = document;

  const split = (text) => text.split(/\r\n|\r|\n/).map((line) => line.split("\t"));

  /* Cells with line breaks, tabs or quotes come between quotes. A quote that nobody closed is a character like others. */
  const parse = (text) => {
    const rows = [];
    let row = [], cell = "", quoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at];
      if (quoted) {
        if (char !== '"') cell += char;
        else if (text[at + 1] === '"') { cell += '"'; at += 1; } else quoted = false;
      } else if (char === '"' && cell === "") quoted = true;
      else if (char === "\t") { row.push(cell); cell = ""; }
      else if (char === "\n" || char === "\r") {
        if (char === "\r" && text[at + 1] === "\n") at += 1;
        row.push(cell);
        rows.push(row);
        row = [];
        cell = "";
      } else cell += char;
    }
    if (quoted) return split(text);
    if (cell || row.length) { row.push(cell); rows.push(row); }
    return rows;
  };

  const quote = (cell) => (/[\t\n\r"]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);

  const write = (rows) => {
    const lines = rows.map((row) => row.map(quote).join("\t").replace(/\t+$/, ""));
    while (lines.length && !lines[lines.length - 1]) lines.pop();
    return lines.join("\n");
  };

  for (const area of page.querySelectorAll("textarea[data-grid]")) {
    const box = page.createElement("div"), body = page.createElement("tbody");
    box.className = "table-box grid";
    const table = page.createElement("table");
    table.setAttribute("aria-label", area.dataset.grid);
    table.append(body);
    box.append(table);
    area.after(box);
    area.hidden = true;

    const cellAt = (row, column) => body.rows[row].cells[column];
    const read = () => Array.from(body.rows, (row) => Array.from(row.cells, (cell) => cell.textContent).slice(1));
    const draw = (rows) => {
      const width = Math.max(1, ...rows.map((row) => row.length));
      const all = page.createDocumentFragment();
      for (let number = 0; number < rows.length + SPARE_ROWS; number += 1) {
        const line = page.createElement("tr"), head = page.createElement("th");
        head.textContent = number + 1;
        line.append(head);
        for (let column = 0; column < width; column += 1) {
          const cell = page.createElement("td");
          cell.contentEditable = "true";
          cell.tabIndex = 0; // as it is anyway: said for helpers that do not know editable cells
          cell.textContent = (rows[number] || [])[column] || "";
          line.append(cell);
        }
        all.append(line);
      }
      body.textContent = "";
      body.append(all);
    };
    let waiting = 0;
    const keep = () => {
      clearTimeout(waiting);
      waiting = 0;
      area.value = write(read());
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const keepSoon = () => {
      if (!waiting) waiting = setTimeout(keep, 300);
    };
    const place = (cell) => [cell.parentNode.rowIndex, cell.cellIndex];

    body.addEventListener("input", keepSoon);
    body.addEventListener("paste", (event) => {
      const cell = event.target.closest("td");
      if (!cell) return;
      event.preventDefault();
      const text = event.clipboardData.getData("text/plain");
      if (!/[\t\n\r]/.test(text)) {
        page.execCommand("insertText", false, text);
        return;
      }
      const [top, left] = place(cell), rows = read(), pasted = parse(text);
      pasted.forEach((line, down) => {
        while (rows.length <= top + down) rows.push([]);
        const row = rows[top + down];
        line.forEach((value, right) => {
          while (row.length < left - 1 + right) row.push("");
          row[left - 1 + right] = value;
        });
      });
      draw(parse(write(rows)));
      cellAt(top, left).focus();
      keep();
    });
    body.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      const [row, column] = place(event.target);
      if (body.rows[row + 1]) cellAt(row + 1, column).focus();
    });
    const keepNow = () => {
      if (waiting) keep();
    };
    area.form.addEventListener("submit", keepNow, true);
    window.addEventListener("pagehide", keepNow);
    area.form.addEventListener("restored", () => draw(parse(area.value)));
    draw(parse(area.value));
  }
})();
