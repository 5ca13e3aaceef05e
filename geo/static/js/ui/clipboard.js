// Copying text, also where a browser has no clipboard for the page: without TLS, or without the permission.

/** Whether the device has a menu that sends a link to other apps; desktops copy it instead. */
export const canSend = () => Boolean(navigator.share) && matchMedia("(pointer: coarse)").matches;

/** Offer a link {title, url} to the apps of the device; false where that is not possible. */
export async function send(link) {
  if (!canSend()) return false;
  try {
    await navigator.share(link);
    return true;
  } catch (error) {
    return error.name === "AbortError"; // the person has closed the menu
  }
}

/** Copy text; true when it is on the clipboard. The focus stays where it is. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Copy through a selected field, as browsers allow it during a click. */
function copySelected(text) {
  const { activeElement } = document;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    activeElement?.focus({ preventScroll: true });
  }
}

/** Select the text of an element, so that a person can copy it with the keyboard. */
export function selectText(element) {
  getSelection().selectAllChildren(element);
}
