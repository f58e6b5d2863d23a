/** What lies in a runs folder: runs, finished or not, and comparisons. Read from the files, remembered until they change. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RunRow } from "../../reports/runs-page.js";

/** Reads the folder anew at each call; a run whose files did not change is not parsed again. */
export class RunsFolder {
  private readonly known = new Map<string, { readonly stamp: string; readonly row: RunRow }>();

  constructor(readonly dir: string) {}

  /** Newest first. Folders that hold no run are passed over. */
  rows(): RunRow[] {
    const rows: RunRow[] = [];
    for (const name of subfolders(this.dir)) {
      for (const time of subfolders(join(this.dir, name))) {
        const row = this.row(name, time);
        if (row !== undefined) rows.push(row);
      }
    }
    return rows.sort((a, b) =>
      a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.path < b.path ? -1 : 1,
    );
  }

  private row(name: string, time: string): RunRow | undefined {
    const path = `${name}/${time}`;
    const folder = join(this.dir, name, time);
    const stamp = ["test.json", "results.json", "compare.json", "report.html"]
      .map((file) => stampOf(folder, file))
      .join();
    const held = this.known.get(path);
    if (held?.stamp === stamp) return held.row;
    const row = readRow(folder, path, time);
    if (row !== undefined) this.known.set(path, { stamp, row });
    return row;
  }
}

function readRow(folder: string, path: string, time: string): RunRow | undefined {
  const test = json(folder, "test.json");
  const results = json(folder, "results.json");
  const compared = json(folder, "compare.json");
  if (test === undefined && results === undefined && compared === undefined) return undefined;
  const told = { ...compared, ...test, ...results };
  const text = (key: string): string => (typeof told[key] === "string" ? (told[key] as string) : "");
  const ops = typeof told.ops === "object" && told.ops !== null ? Object.values(told.ops) : [];
  const page = ["report.html", "compare.html"].find((file) => stampOf(folder, file) !== "");
  const systems = Array.isArray(compared?.systems) ? compared.systems : [];
  return {
    path,
    kind: compared === undefined ? "run" : "compare",
    system: text("system") || systems.map((each) => String((each as { system?: unknown }).system ?? "")).join(", "),
    workload: text("workload"),
    nemesis: text("nemesis"),
    runtime: text("runtime"),
    seed: typeof told.seed === "number" ? told.seed : undefined,
    valid: compared !== undefined ? "compared" : results === undefined ? "unfinished" : validity(results.valid),
    summary: text("summary"),
    ended: text("ended"),
    ops: ops.reduce<number>((sum, n) => sum + (typeof n === "number" ? n : 0), 0),
    startedAt: text("startedAt") || startOf(time),
    ...(page === undefined ? {} : { page }),
  };
}

const validity = (valid: unknown): "valid" | "invalid" | "unknown" =>
  valid === true ? "valid" : valid === false ? "invalid" : "unknown";

/** "2026-11-22T101500Z" -> "2026-11-22T10:15:00Z"; other names stay. */
function startOf(time: string): string {
  return time.replace(/^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z.*$/, "$1:$2:$3Z");
}

function subfolders(path: string): string[] {
  try {
    // Links are left out: "latest" would list the newest run twice, and any other may lead out of the folder.
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

function stampOf(folder: string, file: string): string {
  try {
    const { mtimeMs, size } = statSync(join(folder, file));
    return `${mtimeMs}:${size}`;
  } catch {
    return "";
  }
}

function json(folder: string, file: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
