#!/bin/sh
# How far cloud-init is: one word, then what it says about itself, then the end of its log. Run as root.
set -eu
run=/run/cloud-init
if [ ! -e "$run/enabled" ] && [ ! -e "$run/status.json" ]; then
  echo none
elif [ ! -e "$run/result.json" ]; then
  echo running
  cat "$run/status.json" 2>/dev/null || true
else
  echo ended
  tr -d '\n' <"$run/result.json"
  echo
  tail -n 15 /var/log/cloud-init-output.log 2>/dev/null || true
fi
