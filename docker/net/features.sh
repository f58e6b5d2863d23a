#!/bin/bash
# Asks the kernel what faults it can make; for `cap-test doctor`. Prints "NAME yes" or "NAME no REASON", a line each.
# Runs in a container of its own without a network, so whatever it leaves goes with the container.
set -u

ask() {
  local name=$1 reason
  shift
  if reason=$("$@" 2>&1); then printf '%s yes\n' "$name"; else printf '%s no %s\n' "$name" "$(printf '%s' "$reason" | tr '\n' ' ')"; fi
}

iptables=iptables-nft
"$iptables" -w 5 -nL INPUT >/dev/null 2>&1 || iptables=iptables-legacy
ask iptables "$iptables" -w 5 -A INPUT -s 198.18.0.1/32 -j DROP
ask statistic "$iptables" -w 5 -A INPUT -s 198.18.0.1/32 -m statistic --mode random --probability 0.5 -j DROP
ask tbf tc qdisc replace dev lo root tbf rate 1mbit burst 32kbit latency 400ms
ask netem tc qdisc replace dev lo root netem delay 1ms
