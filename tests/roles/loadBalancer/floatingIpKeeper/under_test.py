"""
Starts the real keeper, with two things replaced: the marker address is a file (an address would need root), and the
pauses between two looks are shorter. Usage: under_test.py CONFIGURATION.json TOKEN_FILE MARKER_FILE
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../roles/loadBalancer/floatingIpKeeper"))
sys.dont_write_bytecode = True

import claim  # noqa: E402
import keeper  # noqa: E402
import vrrp  # noqa: E402

vrrp.marker_present = lambda _marker: os.path.exists(sys.argv[3])
vrrp.LEVEL_SECONDS = 0.3
claim.VERIFY_SECONDS = 0.5
keeper.main(*sys.argv[1:3])
