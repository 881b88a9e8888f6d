// Without a connection what is written down stays on the phone, and is sent when there is one again.
const KEY = "drafts";
const box = document.querySelector(".drafts");
const told = document.querySelector(".draft-told");
const { owner } = box.dataset;

const all = () => JSON.parse(localStorage.getItem(KEY) || "[]");
const own = () => all().filter((one) => one.owner === owner);
function change(id, draft) {
  if (id && draft?.id !== id) photos("readwrite", (kept) => kept.delete(id)).catch(() => null);
  const others = all().filter((one) => one.id !== id);
  localStorage.setItem(KEY, JSON.stringify(draft ? [...others, draft] : others));
  list();
}

// The photographs of drafts stand in a store of their own, since they are too large for the other.
function photos(mode, ask) {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("steps", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("photos");
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const base = opening.result;
      const work = base.transaction("photos", mode);
      const asked = ask(work.objectStore("photos"));
      work.oncomplete = () => done(asked.result);
      work.onabort = () => fail(work.error);
      base.close(); // once the work is done
    };
  });
}
const waiting = (id) => photos("readonly", (kept) => kept.get(id)).catch(() => null);

function body(values, photo) {
  if (!photo) return new URLSearchParams(values);
  const data = new FormData();
  for (const [name, value] of values) data.append(name, value);
  data.append("photo", photo, "photo.jpg");
  return data;
}

function list() {
  const drafts = own();
  box.hidden = !drafts.length;
  const lines = drafts.map((one) => {
    const line = document.createElement("li");
    const said = one.values.filter(([, value]) => value).map(([, value]) => value).join(" · ");
    line.textContent = `${one.title}: ${said}${one.photo ? ` · ${box.dataset.withPhoto}` : ""}`;
    if (one.problem) {
      const problem = document.createElement("p");
      problem.className = "problem";
      problem.textContent = one.problem;
      const mend = document.createElement("a");
      mend.href = `${one.action}?${new URLSearchParams(one.values)}#${one.id}`;
      mend.textContent = box.dataset.mend;
      line.append(problem, mend);
    }
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "quiet";
    remove.textContent = box.dataset.remove;
    remove.addEventListener("click", () => change(one.id));
    line.append(" ", remove);
    return line;
  });
  box.querySelector("ul").replaceChildren(...lines);
}

// What was sent before is known to the ledger by its content, so that to send it again is harmless.
async function send() {
  let sent = 0;
  for (const draft of own()) {
    let answer;
    const photo = draft.photo && await waiting(draft.id);
    if (draft.photo && !photo) {
      change(draft.id, { ...draft, problem: box.dataset.photoLost });
      continue;
    }
    try {
      answer = await fetch(draft.action, { method: "POST", headers: { Accept: "application/json" }, body: body(draft.values, photo) });
    } catch {
      told.textContent = box.dataset.offline;
      return;
    }
    if (answer.ok) {
      change(draft.id);
      sent += 1;
    } else if (answer.status === 422) {
      const { problems } = await answer.json();
      // It may have been removed meanwhile.
      if (all().some((one) => one.id === draft.id)) change(draft.id, { ...draft, problem: Object.values(problems).join(" ") });
    } else {
      told.textContent = box.dataset.refused;
      return;
    }
  }
  if (sent) told.textContent = box.dataset.sent;
}

// A form that was kept on the phone, or left open, begins with the time that it is now.
function beginNow() {
  const [date, time] = new Date().toLocaleString("sv-SE", { timeZone: form.dataset.zone }).split(" ");
  const now = { date, time: time.slice(0, 5) };
  for (const name of form.dataset.now.split(" ").filter(Boolean)) {
    const field = document.getElementById(name);
    if (field?.value === field?.defaultValue) field.value = field.defaultValue = now[name];
  }
}

// What was opened again to mend it waits no longer once the form has taken its place.
const mended = () => window.location.hash.slice(1);

// A photograph is made small before it is sent or kept; one that the browser cannot read goes as it is.
const LONGEST = 1600;
async function small(file) {
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    return made && made.size < file.size ? made : file;
  } catch {
    return file;
  }
}

const form = document.querySelector("form.step");
let held = null;
function hold(photo) {
  held = photo;
  held.then((one) => {
    const { ready } = form.elements.photo.dataset;
    form.querySelector(".ready").textContent = one ? ready.replace("{size}", Math.ceil(one.size / 1000)) : "";
  });
}

if (form) {
  beginNow();
  form.elements.photo.addEventListener("change", ({ target }) => hold(target.files[0] ? small(target.files[0]) : Promise.resolve(null)));
  hold(mended() ? waiting(mended()) : Promise.resolve(null));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    const values = [...new FormData(form)].filter(([name]) => name !== "photo");
    const photo = await held;
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { Accept: "text/html" }, body: body(values, photo) });
      if (answer.redirected) {
        change(mended());
        window.location.assign(answer.url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const one of document.querySelectorAll("main .problem")) one.remove();
      for (const problem of page.querySelectorAll("main .problem")) {
        const field = problem.id && document.getElementById(problem.id.replace(/-problem$/, ""));
        if (field) {
          field.setAttribute("aria-invalid", "true");
          field.setAttribute("aria-describedby", problem.id);
          const hidden = field.closest("details");
          if (hidden) hidden.open = true;
          field.closest("p").after(problem);
        } else form.before(problem);
      }
      document.querySelector("main .problem")?.scrollIntoView({ block: "center" });
    } catch {
      const id = `${Date.now()}-${Math.random()}`;
      const isKept = photo && await photos("readwrite", (kept) => kept.put(photo, id)).then(() => true, () => false);
      change(mended(), { id, owner, action: new URL(form.action).pathname, title: form.dataset.title, values, ...(isKept && { photo: true }) });
      form.reset();
      hold(Promise.resolve(null));
      beginNow();
      told.textContent = photo && !isKept ? box.dataset.photoNotKept : box.dataset.kept;
      window.scrollTo(0, 0);
    }
    button.disabled = false;
  });
}

// A code fills in what it says, and leaves what was typed already.
const photo = document.querySelector("form.photo");
if (photo) {
  photo.querySelector("button").hidden = true;
  photo.querySelector("input[type=file]").addEventListener("change", async (event) => {
    try {
      const text = await codeIn(event.target.files[0]);
      const answer = await fetch(`${form.action}?${new URLSearchParams({ scanned: text })}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const field of page.querySelectorAll(".of-product input, .of-lot input, .of-container input")) {
        if (field.value) document.getElementById(field.id).value = field.value;
      }
      told.textContent = text;
    } catch {
      told.textContent = photo.dataset.failed;
    }
    event.target.value = "";
  });
}

async function codeIn(file) {
  if ("BarcodeDetector" in window) {
    const [code] = await new window.BarcodeDetector().detect(await createImageBitmap(file)).catch(() => []);
    if (code) return code.rawValue;
  }
  const data = new FormData();
  data.set("picture", file);
  const answer = await fetch(photo.action, { method: "POST", headers: { Accept: "application/json" }, body: data });
  if (!answer.ok) throw new Error("no code");
  return (await answer.json()).text;
}

// Where the phone is, when somebody asks for it.
for (const button of "geolocation" in navigator ? document.querySelectorAll(".locate button") : []) {
  button.parentElement.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.getElementById(button.dataset.for).value = `geo:${coords.latitude.toFixed(5)},${coords.longitude.toFixed(5)}`;
      },
      () => {
        told.textContent = button.dataset.failed;
      },
    );
  });
}

async function stay() {
  await navigator.serviceWorker.register(box.dataset.worker, { scope: box.dataset.scope });
  await navigator.serviceWorker.ready;
  const links = [...document.querySelectorAll(".steps a"), ...document.querySelectorAll("link[href], script[src]")];
  const paths = [box.dataset.scope, window.location.pathname, ...links.map((one) => one.href || one.src)];
  if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  for (const path of paths) await fetch(path).catch(() => null);
  document.documentElement.dataset.kept = "forms";
}
if ("serviceWorker" in navigator) stay().catch(() => null);

window.addEventListener("online", send);
box.querySelector(".send").addEventListener("click", send);
list();
if (navigator.onLine) send();
