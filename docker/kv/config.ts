/** What the container's environment says: who this node is, where its peers are, what it runs. */

/** A host and port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Config {
  readonly node: string;
  /** Every node of the cluster, this one included, in the cluster's order. */
  readonly peers: ReadonlyMap<string, Address>;
  readonly mode: string;
  readonly options: Readonly<Record<string, string>>;
  /** The folder of the log. */
  readonly dataDir: string;
  /** Address to listen on for clients; peers connect to this node's own entry of `peers`. */
  readonly clients: Address;
  readonly listenHost: string;
}

export const PEER_PORT = 7001;
export const CLIENT_PORT = 7000;

/**
 * Reads the environment: KV_NODE=n1, KV_NODES=n1=198.18.0.2,n2=198.18.0.3:7001, KV_MODE=async, and where they differ from
 * the defaults KV_OPTIONS (JSON), KV_DATA (/data), KV_LISTEN (0.0.0.0), KV_CLIENT_PORT (7000). Throws on nonsense.
 */
export function configOf(env: Readonly<Record<string, string | undefined>>): Config {
  const need = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === "") throw new Error(`${name} is not set`);
    return value;
  };
  const peers = new Map<string, Address>();
  for (const entry of need("KV_NODES").split(",")) {
    const [, name, host, port] = /^([^=]+)=([^:]+)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === undefined || host === undefined) throw new Error(`KV_NODES: "${entry}" is not name=host[:port]`);
    peers.set(name, { host, port: port === undefined ? PEER_PORT : Number(port) });
  }
  const node = need("KV_NODE");
  if (!peers.has(node)) throw new Error(`KV_NODE ${node} is not among KV_NODES`);
  const listenHost = env.KV_LISTEN ?? "0.0.0.0";
  return {
    node,
    peers,
    mode: need("KV_MODE"),
    options: JSON.parse(env.KV_OPTIONS ?? "{}") as Record<string, string>,
    dataDir: env.KV_DATA ?? "/data",
    clients: { host: listenHost, port: Number(env.KV_CLIENT_PORT ?? CLIENT_PORT) },
    listenHost,
  };
}
