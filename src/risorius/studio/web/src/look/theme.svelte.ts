/** Light, dark, or as the computer has it: the one choice that is kept in this browser. */

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "risorius.theme";

function kept(): Theme {
  const word = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === word) ?? "auto";
}

class Look {
  theme = $state<Theme>(kept());

  choose(theme: Theme): void {
    this.theme = theme;
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
    document.documentElement.dataset.theme = theme;
  }
}

export const look = new Look();

/** The colour that a token has now, for what is drawn on a canvas. */
export function colour(token: string): string {
  // A custom property gives its text; only a real property gives the colour of the scheme in use.
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
