#!/bin/sh
# Reads the action's JSON document from standard input and appends it as one line to $NOTIFY_FILE.
#
# The document arrives as a single line, and nothing in it is ever run or expanded: it is data that an attacker
# may have written. A plugin that needs single fields reads them with a JSON parser (jq, Python), never with sed.
set -eu
IFS= read -r document
printf '%s %s\n' "$RIPOSTE_ACTION_ID" "$document" >> "$NOTIFY_FILE"
echo "told in $NOTIFY_FILE"
