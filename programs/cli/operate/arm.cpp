// The other half of --disarmed: a policy that is in place already starts to hold. There is no way back: once armed, its
// switch can be written by nobody, and a policy that shall hold no more is detached.
#include <lsmith/programs/cli/operate/pinned.hpp>

namespace lsmith::cli {
namespace {

constexpr std::uint32_t first = 0;
constexpr std::uint64_t armed = 1;

int arm_policy(const loader::pinned_policy& found, const console& to) {
  const loader::live_map* map = found.find_map(lsmith::programs::armed_map);
  if (map == nullptr) return to.err << "lsmith: " << found.name << " was never disarmed; nothing is changed\n", done;
  const int descriptor = map->descriptor.get();
  std::uint64_t before = 0;
  if (auto read = loader::lookup_element(descriptor, &first, &before); !read) return complain(to, to_string(read.error()));
  if (before == armed) return to.err << "lsmith: " << found.name << " is armed already; nothing is changed\n", done;
  if (auto set = loader::update_element(descriptor, &first, &armed); !set) return complain(to, to_string(set.error()));
  if (auto frozen = loader::freeze_map(descriptor); !frozen)
    return complain(to, found.name + " is armed, but its switch could not be locked: " + to_string(frozen.error()));
  to.err << "lsmith: " << found.name << " is armed\n";
  return done;
}

}  // namespace

int arm(const words& given, const console& to) {
  constexpr name_verb verb{"arm", "Lets a policy hold that was pinned with --disarmed. Only 'lsmith detach' ends it then."};
  const auto asked = read_name(verb, given, to);
  if (!asked) return done;
  const auto found = find_pinned(asked->name, to);
  return found ? arm_policy(*found, to) : static_cast<int>(refused);
}

}  // namespace lsmith::cli
