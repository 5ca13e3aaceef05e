// Enhancements of the forms of /manage: dropping files, checking their size before the upload, polling the progress.

const byId = (id) => document.getElementById(id);
const POLL_MS = 1000;
const MB = 1024 * 1024;

function upload(form) {
  const input = form.querySelector("[type=file]");
  const [drop, chosen] = [byId("drop"), byId("chosen")];
  const most = Number(form.dataset.maxMb) * MB;
  const tell = () => {
    const files = [...input.files];
    const tooLarge = files.reduce((sum, file) => sum + file.size, 0) > most;
    chosen.classList.toggle("drop__files--bad", tooLarge);
    chosen.textContent = tooLarge ? form.dataset.tooLarge : files.map((file) => `${file.name} (${Math.max(1, Math.round(file.size / 1024))} KB)`).join(", ");
    input.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
  };
  input.addEventListener("change", tell);
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("drop--over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("drop--over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    tell();
  });
  form.addEventListener("submit", () => {
    chosen.textContent = form.dataset.sending;
    form.querySelector("[type=submit]").disabled = true;
  });
  addEventListener("pageshow", () => { form.querySelector("[type=submit]").disabled = false; tell(); });
}

async function wait(box) {
  try {
    const state = await (await fetch(box.dataset.state, { headers: { Accept: "application/json" } })).json();
    if (!state.busy) return location.reload();
    byId("progress").textContent = state.progress;
  } catch {
    // A failed request is repeated by the timer.
  }
  setTimeout(wait, POLL_MS, box);
}

const [form, working] = [document.querySelector("form.upload"), byId("working")];
if (form) upload(form);
if (working) setTimeout(wait, POLL_MS, working);
