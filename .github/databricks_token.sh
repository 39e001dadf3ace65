#!/usr/bin/env bash
# Print a token of an hour for dbt: GitHub's word for this job, exchanged for one of the workspace.
set -euo pipefail

audience=$(jq -rn --arg host "${DATABRICKS_HOST%/}" '$host + "/oidc/v1/token" | @uri')
word=$(curl --fail --silent --show-error \
    -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$audience" | jq -er .value)
token=$(curl --fail --silent --show-error "${DATABRICKS_HOST%/}/oidc/v1/token" \
    --data-urlencode "client_id=$DATABRICKS_CLIENT_ID" \
    --data-urlencode "grant_type=urn:ietf:params:oauth:grant-type:token-exchange" \
    --data-urlencode "subject_token=$word" \
    --data-urlencode "subject_token_type=urn:ietf:params:oauth:token-type:jwt" \
    --data-urlencode "scope=all-apis" | jq -er .access_token)
echo "::add-mask::$token" >&2
echo "$token"
