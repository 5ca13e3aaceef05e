// The distance of a page: a slider beside the number of the form. Both change the page at once, and its address.

const SETTLE_MS = 250;

/** Calls `onChange(km)` while the slider or the number moves; `links` are the links that carry the distance. */
export function createDistance({ links, onChange }) {
  const number = document.getElementById("km");
  const slider = document.getElementById("km-slider");
  let frame = 0;
  let timer = 0;

  function change(from) {
    if (!from.checkValidity() || from.value === "") return;
    const km = Number(from.value);
    if (from === slider) number.value = String(km);
    else slider.value = String(km);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => onChange(km));
    clearTimeout(timer);
    timer = setTimeout(() => remember(km), SETTLE_MS);
  }

  /** Write the distance into the address of the page and into the links, when the slider rests. */
  function remember(km) {
    const withKm = (url) => {
      const address = new URL(url, location.href);
      address.searchParams.set("km", String(km));
      return `${address.pathname}${address.search}`;
    };
    history.replaceState(null, "", withKm(location.href));
    for (const link of links()) link.href = withKm(link.href);
  }

  slider.hidden = false;
  slider.addEventListener("input", () => change(slider));
  number.addEventListener("input", () => change(number));
  return { km: () => Number(number.value) };
}
