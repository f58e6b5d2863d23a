/**
 * For the Docker tests: a tiny real system, and a cluster of it. Each node ("beacon") sends a numbered datagram, and a line
 * on an established TCP connection, to every other node about 10 times a second, and counts what arrives from whom. So a
 * test can see which way packets flow, new connections and old ones apart, while it cuts and heals.
 */
import { execFileSync } from "node:child_process";
import type { NodeId } from "../../core/op.js";
import type { Layout } from "../../core/runtime.js";
import { realClock } from "./clock.js";
import type { DockerCluster } from "./cluster.js";
import { connectDocker, type DockerEngine } from "./engine.js";
import { type StartOptions, startDockerCluster } from "./start.js";

/**
 * Perl, because Debian's base image has it. Speaks the request protocol on port 7000: a hello, then {"id":N,"body":{…}} for
 * each line. Asked for "hang" it never answers; asked for "exit" it ends its process.
 */
const BEACON = String.raw`
use strict; use warnings; use IO::Socket::INET; use IO::Select; use Socket;
$| = 1; $SIG{PIPE} = 'IGNORE';
my ($me, @peers) = @ARGV;
my %address = map { split /=/ } @peers; my %name = reverse %address;
my $udp = IO::Socket::INET->new(LocalPort => 9000, Proto => 'udp') or die;
my $tcp = IO::Socket::INET->new(LocalPort => 9001, Listen => 64, ReuseAddr => 1) or die;
my $requests = IO::Socket::INET->new(LocalPort => 7000, Listen => 64, ReuseAddr => 1) or die;
print "$me starts\n"; print STDERR "$me may complain\n";
open my $ticks, '-|', 'while sleep 0.1; do echo || exit; done' or die;
my $select = IO::Select->new($udp, $tcp, $requests, $ticks);
my (%seen, %old, %from, %client, %out, %text);
while (1) {
  my $tick = 0;
  for my $socket ($select->can_read) {
    if ($socket == $ticks) { sysread $ticks, my $data, 64; $tick = 1 }
    elsif ($socket == $udp) { while (my $at = $udp->recv(my $data, 64, MSG_DONTWAIT)) { my (undef, $ip) = sockaddr_in($at); my $who = $name{inet_ntoa($ip)}; $seen{$who}++ if $who; } }
    elsif ($socket == $tcp) { my $one = $tcp->accept or next; $from{$one} = $name{$one->peerhost}; $select->add($one); }
    elsif ($socket == $requests) { my $one = $requests->accept or next; $client{$one} = 1; $text{$one} = ''; $select->add($one); syswrite $one, "{\"hello\":\"$me\"}\n"; }
    else {
      my $n = sysread $socket, my $data, 4096;
      if (!$n) { $select->remove($socket); close $socket; next }
      if ($client{$socket}) {
        $text{$socket} .= $data;
        while ($text{$socket} =~ s/^(.*)\n//) {
          my $line = $1; my ($id) = $line =~ /"id":(\d+)/;
          exit 3 if $line =~ /"exit"/;
          next if $line =~ /"hang"/;
          my $counts = join ',', map { "\"$_\":{\"fresh\":" . ($seen{$_} // 0) . ",\"established\":" . ($old{$_} // 0) . "}" } sort keys %address;
          syswrite $socket, "{\"id\":$id,\"body\":{$counts}}\n";
        }
      } elsif ($from{$socket}) { $old{$from{$socket}} += ($data =~ tr/\n//) }
    }
  }
  next unless $tick;
  for my $peer (keys %address) {
    $udp->send('x', 0, pack_sockaddr_in(9000, inet_aton($address{$peer})));
    if (!$out{$peer}) { $out{$peer} = IO::Socket::INET->new(PeerAddr => $address{$peer}, PeerPort => 9001, Timeout => 1); $out{$peer}->blocking(0) if $out{$peer} }
    elsif (!defined syswrite($out{$peer}, "x\n") && !$!{EAGAIN}) { delete $out{$peer} }
  }
}
`;

/** What a beacon received from one other node: datagrams, and lines on a connection that stays. */
export interface Received {
  readonly fresh: number;
  readonly established: number;
}

/** The engine, or undefined where the tests may skip: not in CI, which must not be green for want of Docker. */
export async function engineForTests(): Promise<DockerEngine | undefined> {
  try {
    return await connectDocker();
  } catch (error) {
    if (process.env.CI === "true") throw error;
    process.stderr.write(`Docker tests are skipped: ${String(error)}\n`);
    return undefined;
  }
}

export function beaconSpecs(nodes: readonly NodeId[]): StartOptions["specs"] {
  const peersOf = (node: NodeId, layout: Layout): readonly string[] =>
    nodes.filter((other) => other !== node).map((other) => `${other}=${layout.address(other)}`);
  return (layout) =>
    nodes.map((node) => ({
      node,
      container: { image: "net", ports: [7000], command: ["perl", "-e", BEACON, node, ...peersOf(node, layout)] },
    }));
}

let started = 0;

/** A run id that no other test uses. */
export function testRunId(): string {
  return `test-${process.pid}-${++started}-${Date.now().toString(36)}`;
}

/** Beacons n1 … n(count), running. */
export async function startBeacons(
  engine: DockerEngine,
  count: number,
  more: Partial<StartOptions> = {},
): Promise<DockerCluster> {
  const nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
  return startDockerCluster(engine, {
    runId: testRunId(),
    nodes,
    specs: beaconSpecs(nodes),
    clock: realClock(),
    progress: () => {},
    signal: new AbortController().signal,
    ...more,
  });
}

/** What `node` received so far, by sender. Asks again while the node is not up yet. */
export async function receivedBy(cluster: DockerCluster, node: NodeId): Promise<Readonly<Record<NodeId, Received>>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await cluster.request(node, "counts", AbortSignal.timeout(5000))) as Record<NodeId, Received>;
    } catch (error) {
      if (attempt >= 100) throw error;
      await cluster.clock.sleep(100);
    }
  }
}

/** Runs a command as root in the net container of a node, behind the runtime's back. */
export function inNet(cluster: DockerCluster, node: NodeId, ...command: readonly string[]): void {
  execFileSync("docker", ["exec", `cap-test-${cluster.runId}-${node}-net`, ...command]);
}

/** Resolves when `look` is true; rejects after 30 s, which only a broken thing needs. */
export async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never seen: ${what}`);
}
