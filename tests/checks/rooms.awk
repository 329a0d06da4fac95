# Prints which room includes which: one line for each room in the order in which docs/architecture.md lists them. Input: that
# page, then pairs "ROOM ROOM". A room of the page without files, or with files but not on the page, is printed as such.
BEGIN { floors = split("programs loader asm btf", order_of_floors) }

FILENAME ~ /\.md$/ {
  if ($0 ~ /^### .*\/$/) { floor = $2; sub(/\/$/, "", floor); next }
  if ($0 ~ /^##/ && $0 !~ /^### .*\/$/) floor = ""
  if ($0 ~ /^```/) { inside = !inside; next }
  if (floor != "" && inside && $1 != "") {
    room = $1 == floor ? floor : floor "/" $1
    rooms[++count] = room
    known[room] = 1
  }
  next
}

{ uses[$1, $2] = has[$1] = has[$2] = 1 }

# The rooms of one floor that a room uses, in order, without the floor's name.
function used(room, floor,    i, text, name) {
  text = ""
  for (i = 1; i <= count; ++i) {
    if (rooms[i] == room || (rooms[i] != floor && index(rooms[i], floor "/") != 1)) continue
    name = rooms[i] == floor ? floor : substr(rooms[i], length(floor) + 2)
    if ((room, rooms[i]) in uses) text = text " " name
  }
  return text
}

END {
  for (i = 1; i <= count; ++i) {
    room = rooms[i]
    floor = room
    sub(/\/.*/, "", floor)
    if (floor != last && last != "") print ""
    last = floor
    line = used(room, floor)
    if (line == "") line = " -"
    for (f = 1; f <= floors; ++f) {
      below = order_of_floors[f]
      if (below != floor && (text = used(room, below)) != "") line = line " | " below ":" text
    }
    printf "%-26s%s\n", room, line
    if (!(room in has)) print "  has no file that includes or is included"
  }
  for (room in has)
    if (!(room in known)) print room " is not listed"
}
