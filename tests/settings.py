"""Fairlead's settings for tests: nothing of the caller's own installation, environment or data folder."""

import os
import tempfile

for name in [name for name in os.environ if name.startswith(("FAIRLEAD_", "DATABASE_"))]:
    if not name.startswith("FAIRLEAD_TEST_"):
        del os.environ[name]
# The workers of one run share the folder that its controller names.
TEST_FOLDER = os.environ.get("FAIRLEAD_TEST_FOLDER") or tempfile.mkdtemp(prefix="fairlead-test-")
os.environ["FAIRLEAD_TEST_FOLDER"] = TEST_FOLDER
os.environ["FAIRLEAD_DATA"] = os.path.join(TEST_FOLDER, "data")

from fairlead.settings import *  # noqa: E402, F403

SECRET_KEY = "the key of the tests, which sign nothing that anybody trusts"
# The same algorithm at a hundredth of the cost: the tests sign in some thousand times.
PASSWORD_HASHERS = ["tests.quick_hasher.QuickArgon2"]
