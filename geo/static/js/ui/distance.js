// The distance of a page: a slider beside the number of the form. Both change the page at once, and its address.

const SETTLE_MS = 250;

/** Write a parameter into the address of the page and into `links`, so that they keep it. */
export function remember(name, value, links) {
  const withValue = (url) => {
    const address = new URL(url, location.href);
    address.searchParams.set(name, String(value));
    return `${address.pathname}${address.search}`;
  };
  history.replaceState(null, "", withValue(location.href));
  for (const link of links) link.href = withValue(link.href);
}

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
    timer = setTimeout(() => remember("km", km, links()), SETTLE_MS); // when the slider rests
  }

  slider.hidden = false;
  slider.addEventListener("input", () => change(slider));
  number.addEventListener("input", () => change(number));
  return { km: () => Number(number.value) };
}
