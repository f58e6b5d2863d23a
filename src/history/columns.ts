/**
 * A history in typed columns: 33 bytes an event instead of an object each. Checkers read the columns; everything that wants
 * objects (reports, witnesses) gets them on request through the `History` contract.
 */
import type { History } from "../core/history.js";
import type { Key, Op, OpType, Writable } from "../core/op.js";
import { grown, StringPool } from "./strings.js";
import { ValueTable } from "./values.js";

/** The codes of the `types` column. */
export const INVOKE = 0;
export const OK = 1;
export const FAIL = 2;
export const INFO = 3;

/** Op types by code. */
export const OP_TYPES: readonly OpType[] = ["invoke", "ok", "fail", "info"];

/** The process column's code of the nemesis. */
export const NEMESIS = -1;

/** "Absent" in the columns key, error, node, via, and in `pairs`. */
export const NONE = -1;

/** The distinct strings, values and keys of a history; columns hold their ids. */
export class Tables {
  readonly strings = new StringPool();
  readonly values = new ValueTable(this.strings);
  /** Keys by id. */
  readonly keys: Key[] = [];
  private readonly keyIds = new Map<Key, number>();
  /** String id -> key id + 1, so that the reader need not decode. */
  private keyOfString = new Int32Array(256);

  internKey(given: Key): number {
    // -0 is 0, as for values.
    const key = given === 0 ? 0 : given;
    const known = this.keyIds.get(key);
    if (known !== undefined) return known;
    this.keyIds.set(key, this.keys.length);
    return this.keys.push(key) - 1;
  }

  internStringKey(stringId: number): number {
    if (stringId >= this.keyOfString.length) this.keyOfString = grown(this.keyOfString, stringId * 2);
    const known = this.keyOfString[stringId] as number;
    if (known !== 0) return known - 1;
    const id = this.internKey(this.strings.get(stringId));
    this.keyOfString[stringId] = id + 1;
    return id;
  }
}

/** The columns, all `length` long. */
export interface Columns {
  /** INVOKE, OK, FAIL, INFO. */
  readonly types: Uint8Array;
  /** Process number, NEMESIS = -1. */
  readonly processes: Int32Array;
  /** ns since the run began; where a line had none, the time of the line before. */
  readonly times: Float64Array;
  /** String ids. */
  readonly fs: Int32Array;
  /** Key ids, or -1. */
  readonly keys: Int32Array;
  /** Value ids (0 = null). */
  readonly values: Int32Array;
  /** String ids, or -1. */
  readonly errors: Int32Array;
  readonly nodes: Int32Array;
  readonly vias: Int32Array;
  /** Position of the other half, or -1. */
  readonly pairs: Int32Array;
}

/** A well-formed history in columns. Make one with `historyOf`, `parseHistory` or `parseEdnHistory`. */
export class ColumnarHistory implements History {
  readonly types: Uint8Array;
  readonly processes: Int32Array;
  readonly times: Float64Array;
  readonly fs: Int32Array;
  readonly keys: Int32Array;
  readonly values: Int32Array;
  readonly errors: Int32Array;
  readonly nodes: Int32Array;
  readonly vias: Int32Array;
  readonly pairs: Int32Array;

  constructor(
    readonly length: number,
    columns: Columns,
    readonly tables: Tables,
    /** The ops' own `index` fields where they are not simply the positions. */
    private readonly indexes: Float64Array | undefined,
    /** False where some line had no time: then times say nothing. */
    readonly timed: boolean,
  ) {
    this.types = columns.types;
    this.processes = columns.processes;
    this.times = columns.times;
    this.fs = columns.fs;
    this.keys = columns.keys;
    this.values = columns.values;
    this.errors = columns.errors;
    this.nodes = columns.nodes;
    this.vias = columns.vias;
    this.pairs = columns.pairs;
  }

  /** The op's own `index` field, or its position. */
  index(position: number): number {
    return this.indexes?.[position] ?? position;
  }

  pair(position: number): number {
    return this.pairs[position] ?? NONE;
  }

  /** The string id of an f, or -1 where no op has it. */
  fId(f: string): number {
    return this.tables.strings.find(f);
  }

  /** The string of an id of `fs`, `errors`, `nodes` or `vias`. */
  string(id: number): string {
    return this.tables.strings.get(id);
  }

  /** The value of an id of `values`. */
  value(id: number): unknown {
    return this.tables.values.get(id);
  }

  /** The key of an id of `keys`. */
  key(id: number): Key {
    return this.tables.keys[id] as Key;
  }

  op(position: number): Op {
    if (!(position >= 0 && position < this.length)) throw new RangeError(`no op at position ${position}`);
    const key = this.keys[position] as number;
    const error = this.errors[position] as number;
    const node = this.nodes[position] as number;
    const via = this.vias[position] as number;
    const process = this.processes[position] as number;
    // Field by field: spreading the optional ones cost a tenth of judging a short run.
    const op: Writable<Op> = {
      index: this.index(position),
      time: this.times[position] as number,
      process: process === NEMESIS ? "nemesis" : process,
      type: OP_TYPES[this.types[position] as number] as OpType,
      f: this.string(this.fs[position] as number),
      value: this.value(this.values[position] as number),
    };
    if (key !== NONE) op.key = this.key(key);
    if (error !== NONE) op.error = this.string(error);
    if (node !== NONE) op.node = this.string(node);
    if (via !== NONE) op.via = this.string(via);
    return op;
  }

  *[Symbol.iterator](): Iterator<Op> {
    for (let i = 0; i < this.length; i++) yield this.op(i);
  }
}
