"""
Starts the real holdfast-failover, with its configuration elsewhere and shorter limits; it changes nothing of this computer,
so it does without root. Usage: under_test.py CONFIGURATION.json [ARGUMENT …]
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../roles/loadBalancer"))
sys.dont_write_bytecode = True

import handOver  # noqa: E402

handOver.CONFIGURATION = sys.argv[1]
handOver.LIMIT_SECONDS = 3.0
handOver.SILENT_SECONDS = 1.0
handOver.PEER_RESTART_SECONDS = 2.0
os.geteuid = lambda: 0
try:
    print(handOver.main(sys.argv[2:]))
except handOver.Refusal as refusal:
    print(refusal, file=sys.stderr)
    sys.exit(refusal.code)
