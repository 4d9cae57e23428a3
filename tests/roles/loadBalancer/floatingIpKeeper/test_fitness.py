"""How long it takes to find out whether an instance is reached, when there are very many of them."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
import unittest

import lab

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../roles/loadBalancer/floatingIpKeeper"))
sys.dont_write_bytecode = True

from configuration import Instance, Pair  # noqa: E402
from duty import Duty  # noqa: E402
from healthcheck import Question  # noqa: E402
from fitness import SAMPLE, Fitness  # noqa: E402
from log import Log  # noqa: E402
from metrics import Metrics  # noqa: E402


QUESTION = Question("/", "localhost", 0.3, 0.4)


class ManyInstances(unittest.TestCase):
    """Hundreds of instances that take connections and say nothing, as on machines that hang."""

    def setUp(self) -> None:
        self.silent = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.addCleanup(self.silent.close)

    def fitness(self, instances: list[Instance]) -> Fitness:
        folder = tempfile.TemporaryDirectory(prefix="holdfast-fitness-")
        self.addCleanup(folder.cleanup)
        file = os.path.join(folder.name, "unfit")
        # HAProxy's probe is refused at once.
        pair = Pair(file, "192.0.2.1", file, (), tuple(instances), QUESTION, file, "http://127.0.0.1:1/", file, file)
        return Fitness(pair, Duty(), Log(""), Metrics())

    def hanging(self, count: int) -> list[Instance]:
        return [Instance(f"hanging-{number}", "127.0.0.1", self.silent.getsockname()[1]) for number in range(count)]

    def test_a_round_takes_as_long_as_one_probe_after_the_other(self) -> None:
        fitness = self.fitness(self.hanging(800))
        begun = time.monotonic()
        self.assertFalse(fitness._round())
        self.assertLess(time.monotonic() - begun, 2 * QUESTION.answer * lab.PATIENCE)

    def test_the_one_that_is_well_is_found_round_by_round_and_then_asked_first(self) -> None:
        well = lab.web(lambda: (200, {}))
        self.addCleanup(well.server_close)
        self.addCleanup(well.shutdown)
        fitness = self.fitness([*self.hanging(2 * SAMPLE), Instance("well", "127.0.0.1", well.server_address[1])])
        self.assertTrue(any(fitness._round() for _ in range(4)))
        begun = time.monotonic()
        self.assertTrue(fitness._round())
        self.assertLess(time.monotonic() - begun, QUESTION.answer)

    def test_nothing_that_takes_connections_is_reached_late(self) -> None:
        fitness = self.fitness([Instance("refusing", "127.0.0.1", 1)] * (SAMPLE + 1) + self.hanging(700))
        begun = time.monotonic()
        self.assertTrue(fitness.reaches_instance())
        self.assertLess(time.monotonic() - begun, 1)


if __name__ == "__main__":
    unittest.main()
