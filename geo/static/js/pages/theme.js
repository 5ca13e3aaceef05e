// The theme that somebody chose, applied before the page is drawn; the button in the header goes from one theme to the
// next. Every page has this text inside it, as a classic script, since a file of its own would arrive after the first
// drawing. The class tells the style sheets that scripts run.
document.documentElement.classList.add("scripted");
{
  const THEMES = ["", "light", "dark", "contrast"]; // the first follows the system
  const root = document.documentElement;
  const stored = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null; // some browsers let no page store anything: the choice then lasts as long as the page
    }
  };

  let chosen = stored((storage) => storage.getItem("theme")) ?? "";
  const apply = () => {
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
  };

  apply();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (!button) return;
    const describe = () => {
      const { dataset } = button;
      const text = `${dataset.label}: ${dataset[chosen || "auto"]}`;
      button.title = text;
      button.setAttribute("aria-label", text);
      button.querySelector("span").textContent = text;
    };
    button.hidden = false;
    describe();
    button.addEventListener("click", () => {
      chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
      stored((storage) => storage.setItem("theme", chosen));
      apply();
      describe();
    });
  });
}
