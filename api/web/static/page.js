// Nothing here is needed: every page works without it.
"use strict";

// A button pressed twice sends a file twice; and a large file takes its time.
for (const form of document.querySelectorAll("form[data-sending]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    button.textContent = form.dataset.sending;
    button.disabled = true;
  });
}
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

// Phones whose browser can read barcodes offer to photograph one.
const scan = document.querySelector(".scan");
if (scan && "BarcodeDetector" in window) {
  scan.hidden = false;
  const input = scan.querySelector("input");
  const told = document.querySelector(".scan-result");
  input.addEventListener("change", async () => {
    told.hidden = true;
    try {
      const picture = await createImageBitmap(input.files[0]);
      const [code] = await new window.BarcodeDetector().detect(picture);
      if (!code) throw new Error("no code");
      document.querySelector("#q").value = code.rawValue;
      scan.closest("form").requestSubmit();
    } catch {
      told.textContent = input.dataset.failed;
      told.hidden = false;
    }
  });
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

// An inspector takes the page along on paper.
const print = document.querySelector(".print");
if (print) {
  print.hidden = false;
  print.querySelector("button").addEventListener("click", () => window.print());
}
