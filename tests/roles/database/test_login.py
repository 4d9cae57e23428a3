"""The password's verifier, and what is left to do."""

import base64
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "database" / "program"))

import login  # noqa: E402

# RFC 7677's example: this salt and the password "pencil".
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
PENCIL = (
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
    ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
)
APP = login.Login(("app", "app_b"), "app")
NOTHING = login.Present({"postgres": None}, {}, None)
READY = login.Present({"postgres": None, "app": PENCIL, login.OWNER: None, login.READER: None}, {}, login.OWNER)


class LoginTest(unittest.TestCase):
    def test_the_verifier_is_the_standards(self) -> None:
        self.assertEqual(login.verifier("pencil", SALT), PENCIL)

    def test_a_verifier_belongs_to_its_password_and_to_no_other(self) -> None:
        self.assertTrue(login.is_verifier_of(PENCIL, "pencil"))
        for kept in (login.verifier("pen", SALT), "md5abc", "", "-"):
            with self.subTest(kept=kept):
                self.assertFalse(login.is_verifier_of(kept, "pencil"))

    def test_a_new_cluster_gets_its_roles(self) -> None:
        self.assertEqual(
            [statement for statement, _ in login.roles(APP, ("pencil", ""), NOTHING, SALT)],
            [
                "CREATE ROLE {user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION",
                "ALTER ROLE {user} PASSWORD {verifier}",
                "CREATE ROLE {owner} NOLOGIN",
                "CREATE ROLE {reader} LOGIN BYPASSRLS IN ROLE pg_read_all_data, pg_monitor",
            ],
        )

    def test_a_stack_with_a_monitor_has_a_role_that_reads_figures_and_no_rows(self) -> None:
        todo = login.roles(login.Login(("app", "app_b"), "app", monitor=True), ("pencil", ""), READY, SALT)
        self.assertEqual([statement for statement, _ in todo], ["CREATE ROLE {monitor} LOGIN IN ROLE pg_monitor"])

    def test_what_is_right_is_left_alone(self) -> None:
        self.assertEqual(login.roles(APP, ("pencil", ""), READY, b"another salt, not used"), [])

    def test_another_password_changes_the_password_and_nothing_else(self) -> None:
        todo = login.roles(APP, ("pen", ""), READY, SALT)
        self.assertEqual([statement for statement, _ in todo], ["ALTER ROLE {user} PASSWORD {verifier}"])

    def test_no_statement_holds_the_password(self) -> None:
        self.assertNotIn("pencil", str(login.roles(APP, ("pencil", ""), NOTHING, SALT)))

    def test_a_cluster_of_an_earlier_version_or_from_a_backup_of_it_gets_what_it_lacks(self) -> None:
        earlier = login.Present({"postgres": None, "app": PENCIL}, {}, "app")
        self.assertEqual([statement.split()[2] for statement, _ in login.roles(APP, ("pencil", ""), earlier, SALT)], ["{owner}", "{reader}"])

    def test_the_second_role_gets_its_password_beside_the_first_ones(self) -> None:
        todo = login.roles(APP, ("pencil", "pen"), READY, SALT)
        self.assertEqual(
            [statement for statement, _ in todo],
            [
                "CREATE ROLE {other} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION",
                "GRANT {user} TO {other} WITH INHERIT TRUE, SET TRUE",
                "ALTER ROLE {user} PASSWORD {verifier}",
            ],
        )
        self.assertEqual(todo[-1][1]["user"], login.Name("app_b"))

    def test_the_old_password_goes_and_nothing_else(self) -> None:
        both = login.Present({**READY.roles, "app_b": PENCIL}, {}, login.OWNER)
        todo = login.roles(APP, ("", "pencil"), both, SALT)
        self.assertEqual(todo, [("ALTER ROLE {user} PASSWORD NULL", {"user": login.Name("app")})])
        gone = login.Present({**both.roles, "app": None}, {}, login.OWNER)
        self.assertEqual(login.roles(APP, ("", "pencil"), gone, SALT), [])

    def test_the_second_role_begins_as_the_first_one_does(self) -> None:
        path = 'search_path="a""b", "$user", public'
        of_app = {("app", ""): frozenset({path, "my.own=it's"}), ("app", "app"): frozenset({"work_mem=8MB"})}
        todo = login.settings(APP, login.Present({}, of_app, None))
        self.assertEqual([statement for statement, _ in todo].count(login.EVERYWHERE[1]), 3)
        given = {parts["name"]: parts["value"] for _, parts in todo if "name" in parts}
        self.assertEqual(
            given,
            {
                (login.Name("my"), login.Name("own")): ("it's",),
                (login.Name("role"),): ("app",),
                (login.Name("search_path"),): ('a"b', "$user", "public"),
                (login.Name("work_mem"),): ("8MB",),
            },
        )
        done = {("app_b", ""): of_app["app", ""] | {"role=app"}, ("app_b", "app"): of_app["app", "app"]}
        self.assertEqual(login.settings(APP, login.Present({}, {**of_app, **done}, None)), [])


if __name__ == "__main__":
    unittest.main()
