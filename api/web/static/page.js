// Nothing here is needed: every page works without it.
"use strict";

// A button pressed twice sends a file twice; and a large file takes its time.
function hold(form) {
  const button = form.querySelector("button[type=submit]");
  button.dataset.label ??= button.textContent;
  button.textContent = form.dataset.sending;
  button.disabled = true;
}

// Files can be dragged in, and a bar shows how far they are: first on their way, then checked.
function upload(form) {
  const bar = form.querySelector(".progress");
  const [told, progress] = [bar.querySelector("p"), bar.querySelector("progress")];
  const token = crypto.randomUUID?.();
  const data = new FormData(form);
  if (token) data.set("token", token);
  const request = new XMLHttpRequest();
  const tell = (text, done) => {
    bar.hidden = false;
    told.textContent = text;
    if (done === undefined) progress.removeAttribute("value");
    else progress.value = done;
  };
  let asking;
  request.upload.addEventListener("progress", (event) => {
    tell(bar.dataset.uploading, event.loaded / event.total);
  });
  request.upload.addEventListener("load", () => {
    tell(bar.dataset.checking);
    if (token) asking = setInterval(async () => {
      const answer = await fetch(`${form.action}/progress/${token}.json`).catch(() => null);
      const { size, read } = answer && answer.ok ? await answer.json() : {};
      if (size) tell(bar.dataset.checking, read / size);
    }, 1000);
  });
  request.addEventListener("loadend", () => clearInterval(asking));
  request.addEventListener("error", () => {
    tell(bar.dataset.failed, 0);
    const button = form.querySelector("button[type=submit]");
    button.textContent = button.dataset.label;
    button.disabled = false;
  });
  request.addEventListener("load", () => {
    if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
      window.location.assign(request.responseURL);
      return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(answer.querySelector(part));
    document.title = answer.title;
    window.scrollTo(0, 0);
    document.querySelector("main").focus();
    ready();
  });
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.send(data);
}

function ready() {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    form.addEventListener("submit", (event) => {
      hold(form);
      if (!form.querySelector(".progress")) return;
      event.preventDefault();
      upload(form);
    });
  }
  for (const place of document.querySelectorAll(".drop")) {
    place.querySelector(".dropping").hidden = false;
    const mark = (is) => (event) => {
      event.preventDefault();
      place.classList.toggle("over", is);
    };
    for (const kind of ["dragenter", "dragover"]) place.addEventListener(kind, mark(true));
    for (const kind of ["dragleave", "drop"]) place.addEventListener(kind, mark(false));
    place.addEventListener("drop", (event) => {
      if (event.dataTransfer.files.length) place.querySelector("input").files = event.dataTransfer.files;
    });
  }
}
ready();
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

// An open menu closes when something else is touched, or by the Escape key.
for (const menu of document.querySelectorAll(".menu")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// A label is photographed by one press; a large photograph is made small before it is sent.
const label = document.querySelector("form.of-label");
if (label) {
  const input = label.querySelector("input[type=file]");
  label.classList.add("one-press");
  input.addEventListener("change", async () => {
    const status = label.querySelector(".told");
    status.textContent = label.dataset.sending;
    status.hidden = false;
    await shrink(input).catch(() => null);
    label.requestSubmit();
  });
  if ("BarcodeDetector" in window && navigator.mediaDevices) offerCamera(label);
}

async function shrink(input) {
  const picture = await createImageBitmap(input.files[0]);
  const part = 2000 / Math.max(picture.width, picture.height);
  if (part >= 1) return;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width * part, picture.height * part];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  const files = new DataTransfer();
  files.items.add(new File([small], "label.jpg", { type: "image/jpeg" }));
  input.files = files.files;
}

// Where the browser reads codes itself, the camera looks for one until it has it.
function offerCamera(form) {
  const button = document.createElement("button");
  [button.type, button.className, button.textContent] = ["button", "quiet", form.dataset.camera];
  const video = document.createElement("video");
  [video.playsInline, video.muted] = [true, true];
  let stream = null;
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.remove();
    button.textContent = form.dataset.camera;
  };
  button.addEventListener("click", async () => {
    if (stream) return void stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      form.append(video);
      button.textContent = form.dataset.stop;
      await video.play();
      const detector = new window.BarcodeDetector();
      while (stream) {
        const [code] = await detector.detect(video).catch(() => []);
        if (code && stream) {
          stop();
          document.querySelector("#q").value = code.rawValue;
          document.querySelector("form[role=search]").requestSubmit();
        }
        await new Promise((later) => setTimeout(later, 200));
      }
    } catch {
      stop();
      const status = form.querySelector(".told");
      status.textContent = form.dataset.denied;
      status.hidden = false;
    }
  });
  form.append(button);
}

// The names of the lanes stay in sight when a wide picture is moved.
const box = document.querySelector(".picture-wide");
if (box) {
  const names = [...box.querySelectorAll("text.party")].map((name) => [name, Number(name.getAttribute("x"))]);
  box.addEventListener("scroll", () => {
    for (const [name, x] of names) name.setAttribute("x", x + box.scrollLeft);
  });
}

// On a wide picture the lot in question may stand outside the window.
const subject = box && box.querySelector("[aria-current]");
if (subject && box.scrollWidth > box.clientWidth) {
  const place = subject.getBoundingClientRect();
  box.scrollLeft = place.left - box.getBoundingClientRect().left - box.clientWidth / 2 + place.width / 2;
}

// By the arrow keys one follows the goods from box to box, or goes through all.
for (const picture of document.querySelectorAll("svg.chain")) {
  const nodes = [...picture.querySelectorAll("a.node")];
  const onward = nodes.map((node) => (node.dataset.onward ?? "").split(" ").filter(Boolean).map(Number));
  picture.addEventListener("keydown", (event) => {
    const at = nodes.indexOf(event.target.closest("a.node"));
    const next = {
      ArrowRight: onward[at]?.[0],
      ArrowLeft: onward.findIndex((ends) => ends.includes(at)),
      ArrowDown: at + 1,
      ArrowUp: at - 1,
    }[event.key];
    if (at < 0 || next === undefined || !nodes[next]) return;
    event.preventDefault();
    nodes[next].focus();
  });
}

// What is folded is on paper; and a link into it opens it.
const folds = document.querySelectorAll("details.fold");
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...folds].filter((fold) => !fold.open);
  for (const fold of closed) fold.open = true;
});
window.addEventListener("afterprint", () => {
  for (const fold of closed) fold.open = false;
});
function unfold() {
  const aim = document.getElementById(location.hash.slice(1));
  if (!folds.length || !aim) return;
  for (let fold = aim.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  aim.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
unfold();

// An inspector takes the page along on paper.
const print = document.querySelector(".print");
if (print) {
  print.hidden = false;
  print.querySelector("button").addEventListener("click", () => window.print());
}

// Forms that were kept for when there is no connection go with whoever logs out.
if ("caches" in window && document.querySelector("form[action$='/log-in']")) caches.delete("steps");
