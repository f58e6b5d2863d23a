/** Planted bugs of kv-raft: each deviates from the protocol in one place of the code, and each should be found. */
import type { PlantedBug } from "../bug.js";

const system = "kv-raft";

/** Far more elections in a short run, and candidates that meet in one term; a sound node is as safe without pre-vote. */
const ELECTIONS = { "pre-vote": "false", "election-ms": "150" };

/**
 * Besides, leaders that settle before they open their terms. Else a term has an entry, and older entries are safe, within a
 * millisecond of the election.
 */
const LATE_TERMS = { ...ELECTIONS, "settle-ms": "150" };

export const RAFT_BUGS: readonly PlantedBug[] = [
  {
    name: "ack-before-commit",
    system,
    summary: "the leader acknowledges a write when it is in its own log, before a majority has it",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
  {
    name: "ack-before-fsync",
    system,
    summary: "entries are acknowledged before they are on disk, and a crash takes them back",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
  {
    name: "vote-not-persisted",
    system,
    summary: "a node forgets in a crash whom it voted for, and votes twice in a term",
    workload: "set",
    nemesis: "swarm",
    checker: "set-full",
    options: LATE_TERMS,
  },
  {
    name: "term-not-persisted",
    system,
    summary: "a node forgets in a crash the terms in which it got no entry, and votes in them again",
    workload: "set",
    nemesis: "swarm",
    checker: "set-full",
    options: LATE_TERMS,
  },
  {
    name: "commit-older-term",
    system,
    summary: "a leader commits an entry of an older term because a majority has it",
    workload: "set",
    nemesis: "swarm",
    checker: "set-full",
    options: LATE_TERMS,
  },
  {
    name: "no-log-matching",
    system,
    summary: "a follower takes entries without comparing the entry before them",
    workload: "set",
    nemesis: "swarm",
    checker: "set-full",
    options: ELECTIONS,
  },
  {
    name: "vote-without-log-check",
    system,
    summary: "a node votes for a candidate whose log lacks entries of its own",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
  {
    name: "no-dedup",
    system,
    summary: "a write that was repeated on its way to the leader is executed twice",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "cas-at-proposal",
    system,
    summary: "the leader decides a cas when it arrives, and logs a plain write",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "lease-by-wall-clock",
    system,
    summary: "the leader measures its lease by the wall clock, which can be set back",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
    options: { reads: "lease" },
  },
  {
    name: "local-reads",
    system,
    summary: "the leader answers reads without making sure that it still leads",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "follower-reads",
    system,
    summary: "a follower answers reads from its own copy",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "snapshot-loses-tail",
    system,
    summary: "writing a snapshot forgets the entries after it on disk",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
    // More snapshots in a short run; a sound node does not mind.
    options: { "snapshot-entries": "20" },
  },
  {
    name: "snapshot-forgets-sessions",
    system,
    summary: "a snapshot on disk lacks the sessions, so a repeated write is executed again after a restart",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
    options: { "snapshot-entries": "20" },
  },
  {
    name: "reads-before-opening",
    system,
    summary: "a new leader answers reads before it knows what its predecessor had committed",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "old-rounds-count",
    system,
    summary: "any answer, however old, counts as proof that the leader still leads",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "append-always-truncates",
    system,
    summary: "a follower cuts off what follows a message's entries even where they agree",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
  {
    name: "commit-past-agreement",
    system,
    summary: "a follower commits up to the leader's mark before it has compared its log with the leader's",
    workload: "set",
    nemesis: "swarm",
    checker: "set-full",
    options: ELECTIONS,
  },
  {
    name: "obeys-old-leaders",
    system,
    summary: "a follower takes entries from a leader of an older term",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
  {
    name: "half-is-majority",
    system,
    summary: "the leader counts one node less than a majority as enough to commit",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
  {
    name: "fail-on-step-down",
    system,
    summary: "a leader that steps down reports its open writes as failed, though they may still be committed",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
];
