// lsmith watch: prints the events of a pinned policy. The process that pinned it may have ended, but its event buffer is pinned
// too and keeps what no process has read yet. A record is read only once, so one process watches at a time: it locks the
// directory of the policy's version (flock).
#include <fcntl.h>
#include <sys/file.h>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/programs/cli/events/follow.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

int follow_policy(const loader::pinned_policy& found, std::optional<std::chrono::milliseconds> time, const console& to) {
  const auto what = programs::describe(found);
  if (!what) return complain(to, what.error());
  const loader::live_map* map = found.find_map(reserved::events);
  if (map == nullptr)
    return complain(to, command_cause::no_events, found.name + " was pinned with --no-events, so there is nothing to watch");
  const auto directory = loader::open_path(found.directory.c_str(), O_RDONLY | O_DIRECTORY);
  if (!directory) return complain(to, directory.error());
  if (flock(directory->get(), LOCK_EX | LOCK_NB) != 0)
    return complain(to, command_cause::watched,
                    "another process watches " + found.name + ", and an event is read only once; end that one first");

  const ending_signals signals;
  auto opened = loader::event_reader::open(*map);
  if (!opened) return complain(to, opened.error());
  std::optional<loader::event_reader> reader(std::move(*opened));
  keep_only_reading(to);
  programs::event_writer events(to.out, what->rules, to.json());
  to.err << "lsmith: watching " << found.name << std::endl;
  follow(reader, events, to, {signals, after(time)});
  const auto end = count_events(events, found);
  to.err << "lsmith: " << to_sentence(end) << " since it was pinned" << std::endl;
  print_end(end, to);
  return done;
}

}  // namespace

int watch_policy(const words& given, const console& to) {
  static constexpr option_description own[] = {{"for", "DURATION", "end after 500ms, 10s, 5m or 2h"}};
  constexpr name_verb verb{"watch", "Prints the events of a pinned policy, first those that no process has read yet.", own};
  const auto request = read_name(verb, given, to);
  if (!request) return done;
  std::optional<std::chrono::milliseconds> time;
  if (request->values.count("for")) time = std::chrono::milliseconds(parse_duration(request->values["for"].as<std::string>()));
  const auto found = find_pinned(request->name, to);
  if (!found) return refused;
  return follow_policy(*found, time, to);
}

}  // namespace lsmith::cli
