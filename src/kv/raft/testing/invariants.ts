/**
 * Raft's safety properties (Ongaro 2014, figure 3.2), checked on the nodes' memories after every step: sharper than any
 * history, since a violation shows before a client can notice it.
 */
import type { NodeId } from "../../../core/op.js";
import type { Program } from "../../../core/program.js";
import type { RaftState } from "../state.js";

export class Invariants {
  readonly violations: string[] = [];
  private readonly leaders = new Map<number, NodeId>();
  /** "index/term" -> the term before it and the request: the log matching property by induction. */
  private readonly entries = new Map<string, string>();
  private readonly committed = new Map<number, string>();
  /** The term of the node that was the first to commit an index: its leader's. */
  private readonly committedIn = new Map<number, number>();
  private newestCommitted = 0;
  private readonly seen = new Map<NodeId, { last: number; lastTerm: number; commit: number }>();

  /** The same program, watched. */
  watch(program: Program<RaftState>, node: NodeId): Program<RaftState> {
    return {
      init: () => {
        this.seen.delete(node);
        return program.init();
      },
      step: (state, event, nowMs) => {
        const result = program.step(state, event, nowMs);
        this.look(node, result[0]);
        return result;
      },
    };
  }

  private look(node: NodeId, state: RaftState): void {
    const { log, commit, role } = state;
    const before = this.seen.get(node) ?? { last: 0, lastTerm: 0, commit: 0 };
    if (role === "leader" && this.leaders.get(state.term) !== node) this.newLeader(node, state);
    if (log.last !== before.last || log.lastTerm !== before.lastTerm) {
      for (let i = Math.max(log.base, Math.min(before.commit, before.last)) + 1; i <= log.last; i++)
        this.entry(node, state, i);
    }
    for (let i = Math.max(before.commit, log.base) + 1; i <= commit; i++) this.commit(node, state, i);
    this.seen.set(node, { last: log.last, lastTerm: log.lastTerm, commit });
  }

  private newLeader(node: NodeId, state: RaftState): void {
    const other = this.leaders.get(state.term);
    if (other !== undefined) this.violations.push(`election safety: ${other} and ${node} lead term ${state.term}`);
    this.leaders.set(state.term, node);
    for (let i = state.log.base + 1; i <= this.newestCommitted; i++) {
      const known = this.committed.get(i);
      // Leaders of later terms only. Counterexample: the last vote for a candidate comes when a newer term has a leader already.
      if ((this.committedIn.get(i) ?? 0) >= state.term) continue;
      if (known !== undefined && known !== key(state, i)) {
        this.violations.push(`leader completeness: ${node} leads term ${state.term} without committed entry ${i}`);
        return;
      }
    }
  }

  private entry(node: NodeId, state: RaftState, index: number): void {
    const entry = state.log.at(index);
    const at = `${index}/${entry?.term}`;
    const what = `${state.log.termAt(index - 1)} ${JSON.stringify(entry?.request)}`;
    const known = this.entries.get(at);
    if (known === undefined) this.entries.set(at, what);
    else if (known !== what) this.violations.push(`log matching: ${node} has another entry at ${at}`);
  }

  private commit(node: NodeId, state: RaftState, index: number): void {
    const what = key(state, index);
    const known = this.committed.get(index);
    if (known === undefined) {
      this.committed.set(index, what);
      this.committedIn.set(index, state.term);
      this.newestCommitted = Math.max(this.newestCommitted, index);
    } else if (known !== what) {
      this.violations.push(`state machine safety: ${node} applies ${what} at ${index}, another node applied ${known}`);
    }
  }
}

function key(state: RaftState, index: number): string {
  const entry = state.log.at(index);
  return `${entry?.term} ${JSON.stringify(entry?.request)}`;
}
