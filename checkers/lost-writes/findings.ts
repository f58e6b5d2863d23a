/** What both kinds of lost-writes checks (sets and registers) find, before it is told to people. */
import type { Key, NodeId } from "../../src/core/op.js";

/** An acknowledged write that is gone (`lost`), or that some nodes show and others do not (`stale`). */
export interface Finding {
  readonly outcome: "lost" | "stale";
  /** The acknowledged write. */
  readonly call: number;
  readonly key: Key | undefined;
  readonly value: unknown;
  /** Where the final reads miss it. */
  readonly missingAt: readonly NodeId[];
  /** A final read that misses it. */
  readonly read: number;
  /** Registers: what that read returned instead, and the write of it (-1: the initial value). */
  readonly instead?: { readonly value: unknown; readonly writer: number };
}

/** A value in a final read that should not be there. */
export interface Intruder {
  readonly key: Key | undefined;
  readonly value: unknown;
  readonly read: number;
}

export interface Findings {
  /** Acknowledged writes (sets: distinct elements). */
  readonly acknowledged: readonly number[];
  readonly findings: readonly Finding[];
  /** Never acknowledged (info), yet present. */
  readonly recovered: number;
  /** Refused for certain (fail), yet present. */
  readonly phantoms: readonly Intruder[];
  /** Never written at all, yet present. */
  readonly unexpected: readonly Intruder[];
  /** Acknowledged writes whose key no final read covers. */
  readonly unread: number;
  readonly finalReads: number;
  /** Nodes whose clients made a final read. */
  readonly readAt: readonly NodeId[];
}
