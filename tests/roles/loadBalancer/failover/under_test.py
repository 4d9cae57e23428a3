"""
Starts the real holdfast-failover, with its configuration elsewhere and shorter limits; it changes nothing of this computer,
so it does without root. Usage: under_test.py CONFIGURATION.json [ARGUMENT …]
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../roles/loadBalancer"))
sys.dont_write_bytecode = True

import failover  # noqa: E402

failover.CONFIGURATION = sys.argv[1]
failover.LIMIT_SECONDS = 3.0
failover.SILENT_SECONDS = 1.0
failover.PEER_RESTART_SECONDS = 2.0
os.geteuid = lambda: 0
try:
    print(failover.main(sys.argv[2:]))
except failover.Refusal as refusal:
    print(refusal, file=sys.stderr)
    sys.exit(refusal.code)
