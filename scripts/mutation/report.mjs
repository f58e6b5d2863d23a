/** What `npm run mutate` prints: each survivor as a change of a line, and a table of the files. */

/** N mutants, the same ones every time and spread over the files: by a hash of their number, after the first `skip`. */
export function drawn(mutants, n, skip = 0) {
  const keyed = mutants.map((mutant) => ({ mutant, key: Math.imul(mutant.id + 1, 0x9e3779b1) >>> 0 }));
  const chosen = keyed.sort((a, b) => a.key - b.key).slice(skip, skip + n);
  return chosen.map(({ mutant }) => mutant).sort((a, b) => a.id - b.id);
}

export const isKilled = (result) => result?.status === "killed" || result?.status === "timeout";

/** Tells a mutant in another run, as long as its file has not changed above it. */
export const keyOf = ({ file, line, original, replacement }) => JSON.stringify([file, line, original, replacement]);

const short = (text) => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 100 ? `${line.slice(0, 70)} … ${line.slice(-25)}` : line;
};

export function survivorText({ file, line, status, mutatorName, original, replacement, left }) {
  const note = status === "unreached" ? " (no test comes here)" : left > 0 ? ` (${left} slow tests not run)` : "";
  return `${file}:${line} ${mutatorName}${note}\n    - ${short(original)}\n    + ${short(replacement)}\n`;
}

/** Wilson's interval at 95 %, in percent. */
function interval(killed, tried) {
  const z = 1.96;
  const p = killed / tried;
  const middle = p + (z * z) / (2 * tried);
  const half = z * Math.sqrt((p * (1 - p)) / tried + (z * z) / (4 * tried * tried));
  const scale = 1 + (z * z) / tried;
  return [(middle - half) / scale, (middle + half) / scale].map((x) => Math.round(100 * x));
}

export function tableOf(results, mutants) {
  const row = (name, of) => {
    const tried = results.filter(of);
    const all = mutants.filter(of).length;
    const killed = tried.filter(isKilled).length;
    const score = tried.length === 0 ? "" : `${Math.round((100 * killed) / tried.length)} %`;
    const range = tried.length === 0 || tried.length === all ? "" : ` (${interval(killed, tried.length).join("-")})`;
    return `| ${name} | ${all} | ${tried.length} | ${killed} | ${score}${range} |`;
  };
  const files = [...new Set(results.map(({ file }) => file))];
  return [
    "| file | mutants | tried | killed | score |",
    "|---|---|---|---|---|",
    ...files.map((file) => row(`\`${file}\``, (mutant) => mutant.file === file)),
    row("all", () => true),
  ].join("\n");
}
