#!/bin/bash
# The root shell of a node's network namespace: one long-lived process that changes and reads rules, so that a fault on all
# nodes costs no process start through the Docker engine (0.1-0.3 s each) but one line on an open stream.
#
# stdin, one request a line:   ID VERB ARGUMENTS
#   rules TEXT    TEXT is input of iptables-restore with "|" for line ends; added to what is there (--noflush)
#   counters      the filter table with its counters, as iptables-save prints it
#   probe MS IP…  one echo request to each address at once; prints those that answered within MS milliseconds
#   hello         the iptables variant that works here, and how many global IPv6 addresses this namespace has
# stdout: the output, then a line "\x1eID EXIT".
# Nothing of a request is ever evaluated: verbs are matched, arguments are passed as they are.
set -u
exec 2>&1

# nft where the kernel has it (every current one), legacy tables otherwise.
variant=
for candidate in nft legacy; do
  if "iptables-$candidate" -w 5 -nL INPUT >/dev/null 2>&1; then
    variant=$candidate
    break
  fi
done

# Scope 00 is global. Our rules are IPv4's, so a cut would not cover packets between such addresses.
global_ipv6() {
  local scope found=0
  while read -r _ _ _ scope _; do [[ $scope != 00 ]] || found=$((found + 1)); done 2>/dev/null </proc/net/if_inet6
  printf '%s' "$found"
}

while read -r id verb arguments; do
  case $verb in
    rules) printf '%s\n' "${arguments//|/$'\n'}" | "iptables-$variant-restore" --noflush -w 5 ;;
    counters) "iptables-$variant-save" -c -t filter ;;
    probe)
      read -r -a words <<<"$arguments"
      # -a: print who is alive; -r 0: one request each; -i 1: 1 ms between two requests. Exit 1 is "not all answered": no error.
      timeout 10 fping -a -r 0 -i 1 -t "${words[0]}" "${words[@]:1}" 2>/dev/null
      [[ $? -le 1 ]]
      ;;
    hello) printf '%s %s\n' "${variant:-none}" "$(global_ipv6)" ;;
    *)
      printf 'unknown verb\n'
      false
      ;;
  esac
  # The status of the case above: printf's arguments are expanded before it runs.
  printf '\x1e%s %s\n' "$id" "$?"
done
