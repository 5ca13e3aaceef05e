// The theme that somebody chose, applied before the page is drawn; the button in the header goes from one theme to the
// next. Every page has this text inside it, as a classic script, since a file of its own would arrive after the first
// drawing.
{
  const THEMES = ["", "light", "dark", "contrast"]; // the first follows the system
  const root = document.documentElement;
  const read = () => {
    try {
      return localStorage.getItem("theme") ?? "";
    } catch {
      return ""; // a page inside another site may not be allowed to store anything
    }
  };

  const apply = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  apply(read());
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (!button) return;
    const describe = () => {
      const { dataset } = button;
      const text = `${dataset.label}: ${dataset[read() || "auto"]}`;
      button.title = text;
      button.setAttribute("aria-label", text);
      button.querySelector("span").textContent = text;
    };
    button.hidden = false;
    describe();
    button.addEventListener("click", () => {
      localStorage.setItem("theme", THEMES[(THEMES.indexOf(read()) + 1) % THEMES.length]);
      apply(read());
      describe();
    });
  });
}
