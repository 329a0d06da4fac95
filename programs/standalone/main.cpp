// The standalone executable of a policy, without the policy: `lsmith build` appends the image. It is linked so that the kernel
// also loads what follows its last byte (layout.ld). It enforces the policy and says so. Then it waits until it is killed; or,
// if the policy has a name to be pinned by, it pins the policy and ends.
#include <lsmith/loader/image/image.hpp>
#include <lsmith/loader/image/image_pins.hpp>
#include <lsmith/programs/standalone/freestanding.hpp>

extern "C" {
extern std::byte policy_begins[];
}

namespace lsmith {
namespace {

using namespace std::string_view_literals;  // literals with their length: there is no strlen here

constexpr text_sink out = to_descriptor<1>, err = to_descriptor<2>;
constexpr int done = 0, refused = 1, wrong_usage = 2;

/// Before 5.11, maps and programs count as locked memory, whose limit is often only 64 KiB. A failure is ignored here: if the
/// limit is too low, loading fails and reports it.
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

/// Prints the end of the verifier's log, which has the reason.
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
  out.text(policy.pin_name().empty() ? "\n\nEnforces this policy until this process ends."sv
                                     : "\n\nEnforces this policy, pins it, and ends."sv);
  out.text(" It takes no options. Its programs:\n"sv);
  print_hooks(policy);
  return done;
}

/// Enforces the policy. Returns `done`, or the exit status after printing the error.
int enforce(loader::policy_image& policy, loader::image_enforcement& held) {
  char log[64 * 1024];
  raise_memory_limit();
  const auto enforced = policy.enforce(held, log);
  if (enforced) return done;
  if (enforced.error().why == cause::load_failed) print_end(terminated(log));
  return complain(policy, enforced.error());
}

int hold(loader::policy_image& policy) {
  loader::image_enforcement held;
  if (const int status = enforce(policy, held); status != done) return status;
  say(policy, policy.says());
  held.types.close();
  for (;;) system_call(sys::ppoll, 0, 0, 0, 0);
}

/// The policy is pinned already. Fails if the kernel runs no programs, because then the policy is not enforced.
int leave_as_it_is(const loader::policy_image& policy) {
  if (auto runs = policy.can_run(); !runs) return complain(policy, runs.error());
  say(policy, "pinned already; nothing is changed"sv);
  return done;
}

int pin(loader::policy_image& policy) {
  using occupant = loader::image_pins::occupant;
  const auto pins = loader::image_pins::lock();
  if (!pins) return complain(policy, pins.error());
  const auto there = pins->look_at(policy);
  if (!there) return complain(policy, there.error());
  if (*there == occupant::same) return leave_as_it_is(policy);
  if (*there == occupant::other)
    return complain(policy, {.why = cause::pin_occupied, .during = stage::pin, .name = policy.pin_name()});
  if (auto removed = pins->remove_leftovers(policy, *there); !removed) return complain(policy, removed.error());
  loader::image_enforcement held;
  if (const int status = enforce(policy, held); status != done) return status;
  if (auto pinned = pins->put(policy, held); !pinned) return complain(policy, pinned.error());
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
  err.text("the only option of this program is --help\n"sv);
  return wrong_usage;
}

}  // namespace lsmith
