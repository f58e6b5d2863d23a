/** The cluster as one node sees it: the texts of CLUSTER INFO, CLUSTER NODES and INFO replication, parsed. */
import { SLOTS } from "./slots.js";

/** One line of CLUSTER NODES. */
export interface Member {
  readonly id: string;
  readonly address: string;
  readonly flags: ReadonlySet<string>;
  /** The id of its primary; undefined for a primary. */
  readonly primary: string | undefined;
  readonly epoch: number;
  readonly connected: boolean;
  /** Slots it owns, as inclusive ranges. */
  readonly ranges: readonly (readonly [number, number])[];
}

export interface View {
  readonly stateOk: boolean;
  readonly members: readonly Member[];
  readonly myself: Member;
  /** Of a replica: connected to its primary, and its first synchronization done. */
  readonly linkUp: boolean;
}

/** Parses what a node answered. Throws on a text without a line flagged `myself`. */
export function parseView(info: string, nodes: string, replication: string): View {
  const members = nodes
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parseMember);
  const myself = members.find((member) => member.flags.has("myself"));
  if (myself === undefined) throw new Error("CLUSTER NODES names no node of its own");
  return {
    stateOk: /^cluster_state:ok\r?$/m.test(info),
    members,
    myself,
    linkUp: /^master_link_status:up\r?$/m.test(replication) && /^master_sync_in_progress:0\r?$/m.test(replication),
  };
}

/** "id ip:port@busport[,host] flags primary ping-sent pong-received epoch link slots…" */
function parseMember(line: string): Member {
  const [id = "", endpoint = "", flags = "", primary = "-", , , epoch = "0", link = "", ...slots] = line
    .trim()
    .split(" ");
  return {
    id,
    address: endpoint.slice(0, endpoint.lastIndexOf(":")),
    flags: new Set(flags.split(",")),
    primary: primary === "-" ? undefined : primary,
    epoch: Number(epoch),
    connected: link === "connected",
    // "[93-<-id]": a slot on the move; who owns it is in the plain ranges.
    ranges: slots.filter((text) => !text.startsWith("[")).map(parseRange),
  };
}

function parseRange(text: string): readonly [number, number] {
  const [first = "", last = first] = text.split("-");
  return [Number(first), Number(last)];
}

/** Is the member a primary that owns slots? */
export const ownsSlots = (member: Member): boolean => member.primary === undefined && member.ranges.length > 0;

/** Every slot's owner, as one comparable text: equal on two nodes exactly where they agree. */
export function ownership(view: View): string {
  return view.members
    .filter(ownsSlots)
    .map((member) => `${member.id} ${member.ranges.map(([first, last]) => `${first}-${last}`).join(",")}`)
    .sort()
    .join("\n");
}

/** How many slots have an owner in this view. */
export function slotsOwned(view: View): number {
  let owned = 0;
  for (const member of view.members.filter(ownsSlots)) {
    for (const [first, last] of member.ranges) owned += last - first + 1;
  }
  return owned;
}

/** Does the node know `count` members, all of them reachable and none suspected or still shaking hands? */
export function knowsAll(view: View, count: number): boolean {
  const trouble = ["fail", "fail?", "handshake", "noaddr"];
  const fine = (member: Member): boolean => member.connected && !trouble.some((flag) => member.flags.has(flag));
  return view.members.length === count && view.members.every(fine);
}

/** Is this node in order: serving, all slots owned, and itself an owner or a replica in sync? */
export const isSettled = (view: View, count: number): boolean =>
  view.stateOk &&
  knowsAll(view, count) &&
  slotsOwned(view) === SLOTS &&
  (view.myself.primary === undefined ? ownsSlots(view.myself) : view.linkUp);
