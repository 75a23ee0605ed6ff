/* The photograph of a bank slip proposes number, day and amount. Nothing is filled in until the person says so. */
(() => {
  "use strict";
  const LONG_SIDE = 1600;
  const page = document;

  /* A phone's photograph of ten megabytes goes up as some hundred kilobytes. */
  const small = async (file) => {
    if (!window.createImageBitmap) return file;
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONG_SIDE / Math.max(image.width, image.height));
    const canvas = page.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob || file), "image/jpeg", 0.85));
  };

  for (const input of page.querySelectorAll("input[type=file][data-read-url]")) {
    const form = input.form, note = page.createElement("div");
    note.className = "message";
    note.setAttribute("role", "status");
    note.hidden = true;
    input.closest(".field").after(note);
    const say = (text) => {
      note.textContent = text;
      note.hidden = !text;
    };
    const offer = (found) => {
      const fields = ["slip_no", "paid_on", "amount"].filter((name) => found[name] && form.elements[name]);
      if (!fields.length) return;
      const fill = page.createElement("button");
      fill.type = "button";
      fill.className = "quiet";
      fill.textContent = "填入";
      fill.addEventListener("click", () => {
        for (const name of fields) {
          form.elements[name].value = found[name];
          form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
        }
        fill.remove();
      });
      note.append(" ", fill);
    };
    let asked = 0, isRead = true;
    const read = async () => {
      const file = input.files[0], mine = (asked += 1);
      if (!file) return say("");
      say("正在读照片……可以先往下填写。");
      let found = { says: "照片没有读出来，请直接填写。" };
      isRead = true;
      try {
        const body = new FormData();
        body.append("photo", await small(file), "slip.jpg");
        body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        const answer = await fetch(input.dataset.readUrl, { method: "POST", body });
        if (answer.ok || answer.status === 400) found = await answer.json();
      } catch (error) {
        // No signal, or a picture that the browser cannot open: the form goes on without.
        isRead = navigator.onLine;
      }
      if (mine !== asked) return;
      say(found.says);
      offer(found);
    };
    input.addEventListener("change", read);
    window.addEventListener("online", () => isRead || read());
  }
})();
