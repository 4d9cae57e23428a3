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


class LoginTest(unittest.TestCase):
    def test_the_verifier_is_the_standards(self) -> None:
        self.assertEqual(login.verifier("pencil", SALT), PENCIL)

    def test_a_verifier_belongs_to_its_password_and_to_no_other(self) -> None:
        self.assertTrue(login.is_verifier_of(PENCIL, "pencil"))
        for kept in (login.verifier("pen", SALT), "md5abc", "", "-"):
            with self.subTest(kept=kept):
                self.assertFalse(login.is_verifier_of(kept, "pencil"))

    def test_a_new_cluster_gets_role_and_database(self) -> None:
        todo = login.statements(APP, "pencil", None, False, SALT)
        self.assertEqual(
            todo,
            [
                "CREATE ROLE app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION",
                f"ALTER ROLE app PASSWORD '{PENCIL}'",
                "CREATE DATABASE app OWNER app",
                "REVOKE ALL ON DATABASE app FROM PUBLIC",
            ],
        )

    def test_what_is_right_is_left_alone(self) -> None:
        self.assertEqual(login.statements(APP, "pencil", PENCIL, True, b"another salt, not used"), [])

    def test_another_password_changes_the_password_and_nothing_else(self) -> None:
        todo = login.statements(APP, "pen", PENCIL, True, SALT)
        self.assertEqual([statement.split()[:4] for statement in todo], [["ALTER", "ROLE", "app", "PASSWORD"]])

    def test_no_statement_holds_the_password(self) -> None:
        self.assertNotIn("pencil", " ".join(login.statements(APP, "pencil", None, False, SALT)))


if __name__ == "__main__":
    unittest.main()
