# The worm's detections, as an endpoint sensor sends them (ECS). Sourced by story.sh.

# detect SEVERITY HOST JSON-MEMBERS: one more line for the engine.
detections_sent=0
detect() {
  detections_sent=$((detections_sent + 1))
  printf '{"@timestamp":"%s","ecs":{"version":"8.11.0"},"agent":{"type":"endpoint"},"host":{"name":"%s","os":{"type":"linux"}},"kibana.alert.uuid":"fleet-%s-%d","kibana.alert.severity":"%s",%s}\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)" "$2" "$$" "$detections_sent" "$1" "$3" >>"$work/detections.ndjson"
}

worm_runs() {   # HOST PID START PATH
  detect critical "$1" '"event":{"kind":"alert","category":["process"],"action":"exec","type":["start"]},"process":{"pid":'"$2"',"name":"'"${4##*/}"'","executable":"'"$4"'","command_line":"'"$4"' infinity","start":"'"$3"'"},"user":{"name":"www-data"}'
}
worm_spreads() {   # HOST SOURCE
  detect critical "$1" '"event":{"kind":"alert","category":["network"],"action":"worm_session"},"source":{"ip":"'"$2"'"}'
}
worm_knocks() {   # HOST SOURCE
  detect high "$1" '"event":{"kind":"alert","category":["network"],"action":"port_scan"},"source":{"ip":"'"$2"'"}'
}
