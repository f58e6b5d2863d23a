/** What the checkers this project ships are called on a page, and what each one asks. Others show under their own name. */

interface CheckerName {
  readonly title: string;
  readonly question: string;
}

const CHECKERS: Readonly<Record<string, CheckerName>> = {
  linearizable: {
    title: "Linearizability",
    question: "Is there one order of all ops, true to real time, in which each read returns what was written last?",
  },
  "lost-writes": {
    title: "Lost writes",
    question: "Is every write that was acknowledged still there once the faults are over?",
  },
  levels: {
    title: "Consistency level",
    question: "What did the history keep, if not one order in real time? For information: it decides no verdict.",
  },
  staleness: {
    title: "Staleness",
    question: "How old were the values that reads returned? For information: it decides no verdict.",
  },
  "set-full": { title: "Set", question: "Does every added element become visible, and stay?" },
  availability: {
    title: "Availability",
    question: "Did every side of the cut go on serving while the fault lasted?",
  },
  faults: { title: "Faults", question: "Did the faults really bite, and were ops tried while they did?" },
  stats: { title: "Ops", question: "Did each kind of op succeed at least once?" },
  perf: { title: "Performance", question: "How long did ops take, and how many were done?" },
  lag: { title: "Harness lag", question: "Was the harness itself fast enough for its time-outs to mean anything?" },
  elle: { title: "Transactions", question: "Do the transactions fit into one order without cycles?" },
};

/** A checker's title: known ones in words, others by their own name. */
export function checkerTitle(name: string): string {
  return ownEntry(name)?.title ?? name;
}

/** The question a checker answers, or "" where nobody told. */
export function checkerQuestion(name: string): string {
  return ownEntry(name)?.question ?? "";
}

/** A checker may be named "constructor". */
function ownEntry(name: string): CheckerName | undefined {
  return Object.hasOwn(CHECKERS, name) ? CHECKERS[name] : undefined;
}

const WORDS: Readonly<Record<string, string>> = { p50: "p50", p95: "p95", p99: "p99", f: "op", ok: "ok", ops: "ops" };

/** A field's name as a label: "lostFraction" -> "lost fraction", "ackedNs" -> "acked". Units move to the value. */
export function fieldLabel(name: string): string {
  if (Object.hasOwn(WORDS, name)) return WORDS[name] as string;
  const bare = name.replace(/(?<=[a-z0-9])(Ns|Ms|Us)$/, "");
  return bare
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[-_]+/g, " ")
    .toLowerCase();
}
