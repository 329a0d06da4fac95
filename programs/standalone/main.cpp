// A policy as a program of its own: puts in force what is packed behind it, says so, and stays until it is ended, or pins it and is
// done. `lsmith build` writes a policy behind this program; it is linked so that whatever stands behind its last byte is loaded
// with it (layout.ld).
#include <lsmith/loader/image/image.hpp>
#include <lsmith/loader/image/image_pins.hpp>
#include <lsmith/programs/standalone/freestanding.hpp>

extern "C" {
extern std::byte policy_begins[];
}

namespace lsmith {
namespace {

using namespace std::string_view_literals;  // a literal with its length: nothing here has strlen

constexpr text_sink out = to_descriptor<1>, err = to_descriptor<2>;
constexpr int done = 0, refused = 1, wrong_usage = 2;

/// Before 5.11 maps and programs count as locked memory, of which there is often only 64 KiB. Where it may not be raised, the
/// refusal of the kernel tells.
void raise_memory_limit() {
  constexpr long memlock = 8;  // RLIMIT_MEMLOCK
  constexpr std::uint64_t unlimited[] = {~std::uint64_t{0}, ~std::uint64_t{0}};
  system_call(sys::prlimit64, 0, memlock, pointer_argument(unlimited), 0);
}

int complain(const loader::policy_image& of, const error& what) {
  err.text(of.about());
  err.text(": "sv);
  describe(what, err);
  err.text("\n"sv);
  return refused;
}

/// The end of what the verifier wrote, where its reason stands.
void print_end(std::string_view log) {
  constexpr std::size_t most = 1500;
  std::size_t start = log.size() > most ? log.size() - most : 0;
  while (start != 0 && start < log.size() && log[start - 1] != '\n') ++start;
  err.text({log.data() + start, log.size() - start});
}

void print_hooks(const loader::policy_image& policy) {
  for (std::size_t i = 0; i < policy.program_count(); ++i) {
    out.text("  "sv);
    out.text(policy.program_name(i));
    out.text(" on "sv);
    out.text(policy.hook(i));
    out.text("\n"sv);
  }
}

void say(const loader::policy_image& of, std::string_view sentence) {
  out.text(of.about());
  out.text(": "sv);
  out.text(sentence);
  out.text("\n"sv);
}

int help(const loader::policy_image& policy) {
  out.text(policy.about());
  out.text(policy.pin_name().empty() ? "\n\nPuts this policy in place and stays; the policy ends with the process."sv
                                     : "\n\nPuts this policy in place, pins it, and ends."sv);
  out.text(" It takes no options. Its programs:\n"sv);
  print_hooks(policy);
  return done;
}

/// Puts it in force; the exit status where it cannot be.
int enforce(loader::policy_image& policy, loader::image_enforcement& held) {
  char log[64 * 1024];
  raise_memory_limit();
  const auto in_force = policy.enforce(held, log);
  if (in_force) return done;
  if (in_force.error().why == cause::load_failed) print_end(terminated(log));
  return complain(policy, in_force.error());
}

int hold(loader::policy_image& policy) {
  loader::image_enforcement held;
  if (const int status = enforce(policy, held); status != done) return status;
  say(policy, policy.says());
  held.types.let_go();
  for (;;) system_call(sys::ppoll, 0, 0, 0, 0);
}

/// What is pinned already may still not run.
int leave_as_it_is(const loader::policy_image& policy) {
  if (auto runs = policy.can_run(); !runs) return complain(policy, runs.error());
  say(policy, "pinned already; nothing is changed"sv);
  return done;
}

int pin(loader::policy_image& policy) {
  using occupant = loader::image_pins::occupant;
  const auto place = loader::image_pins::lock();
  if (!place) return complain(policy, place.error());
  const auto there = place->look_at(policy);
  if (!there) return complain(policy, there.error());
  if (*there == occupant::same) return leave_as_it_is(policy);
  if (*there == occupant::other)
    return complain(policy, {.why = cause::pin_occupied, .during = stage::pin, .name = policy.pin_name()});
  if (auto removed = place->remove_leftovers(policy, *there); !removed) return complain(policy, removed.error());
  loader::image_enforcement held;
  if (const int status = enforce(policy, held); status != done) return status;
  if (auto pinned = place->put(policy, held); !pinned) return complain(policy, pinned.error());
  say(policy, policy.says());
  return done;
}

}  // namespace

int run(std::span<char* const> words) {
  const std::uint32_t size = read_as<loader::image_layout::header>(policy_begins).size;
  auto policy = loader::policy_image::open({policy_begins, size});
  if (!policy) {
    describe(policy.error(), err);
    err.text("\n"sv);
    return refused;
  }
  if (words.size() < 2) return policy->pin_name().empty() ? hold(*policy) : pin(*policy);
  if (terminated(words[1]) == "--help"sv) return help(*policy);
  err.text("this program takes no options, or --help alone\n"sv);
  return wrong_usage;
}

}  // namespace lsmith
