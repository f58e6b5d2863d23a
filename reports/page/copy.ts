/** Copy buttons. */

/** Each `[data-copy=ID]` button copies the text of the element with that id and says so. */
export function startCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset["copy"] ?? "");
      if (source === null) return;
      const copied = await copyText(source);
      const label = button.querySelector("span");
      if (label === null) return;
      label.textContent = copied ? "Copied" : "Selected: press Ctrl C";
      setTimeout(() => {
        label.textContent = "Copy";
      }, 2000);
    });
  }
}

/** The clipboard is closed to pages opened as files in some browsers: then select the text for the user to copy. */
async function copyText(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}
