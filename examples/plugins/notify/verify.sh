#!/bin/sh
# Proves the notification: exit 0 when the line is there, 1 when it is not.
set -eu
grep -q "^$RIPOSTE_ACTION_ID " "$NOTIFY_FILE" 2>/dev/null || exit 1
