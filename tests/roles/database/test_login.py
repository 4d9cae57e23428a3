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
APP = login.Login("app", "app")
NOTHING = login.Present(frozenset({"postgres"}), None, None)
READY = login.Present(frozenset({"postgres", "app", login.OWNER, login.READER}), PENCIL, login.OWNER)


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
            [statement for statement, _ in login.roles(APP, "pencil", NOTHING, SALT)],
            [
                "CREATE ROLE {user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION",
                "ALTER ROLE {user} PASSWORD {verifier}",
                "CREATE ROLE {owner} NOLOGIN",
                "CREATE ROLE {reader} LOGIN BYPASSRLS IN ROLE pg_read_all_data, pg_monitor",
            ],
        )

    def test_what_is_right_is_left_alone(self) -> None:
        self.assertEqual(login.roles(APP, "pencil", READY, b"another salt, not used"), [])

    def test_another_password_changes_the_password_and_nothing_else(self) -> None:
        todo = login.roles(APP, "pen", READY, SALT)
        self.assertEqual([statement for statement, _ in todo], ["ALTER ROLE {user} PASSWORD {verifier}"])

    def test_no_statement_holds_the_password(self) -> None:
        self.assertNotIn("pencil", str(login.roles(APP, "pencil", NOTHING, SALT)))

    def test_a_cluster_of_an_earlier_version_or_from_a_backup_of_it_gets_what_it_lacks(self) -> None:
        earlier = login.Present(frozenset({"postgres", "app"}), PENCIL, "app")
        self.assertEqual([statement.split()[2] for statement, _ in login.roles(APP, "pencil", earlier, SALT)], ["{owner}", "{reader}"])


if __name__ == "__main__":
    unittest.main()
