"""Print a token of an hour for dbt: GitHub's word for this job, exchanged by the workspace."""

import sys

from databricks.sdk.core import Config

# Named here, as the step that asks has set DATABRICKS_AUTH_TYPE for dbt.
token = Config(auth_type="github-oidc").oauth_token().access_token
print(f"::add-mask::{token}", file=sys.stderr)
print(token)
