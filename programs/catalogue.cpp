#include <lsmith/programs/catalogue.hpp>

#include <lsmith/btf/base/nearest.hpp>
#include <lsmith/programs/policies/deny_socket_family.hpp>
#include <lsmith/programs/policies/mprotect_audit.hpp>
#include <lsmith/programs/socket_families.hpp>

namespace lsmith::programs {
namespace {

std::vector<std::string> split_at_commas(std::string_view list) {
  std::vector<std::string> parts(1);
  for (char letter : list) {
    if (letter == ',') parts.emplace_back();
    else parts.back() += letter;
  }
  return parts;
}

checked<object> make_deny_socket_family(const option_values& values, const common_choices& choices) {
  const auto given = values.find("family");
  if (given == values.end())
    return std::unexpected(faults({.why = cause::value_missing, .name = "--family", .of = "deny-socket-family"}));
  std::vector<int> families;
  faults wrong;
  for (const std::string& name : split_at_commas(given->second)) {
    if (const auto family = parse_socket_family(name)) families.push_back(*family);
    else wrong.add({.why = cause::unknown_family, .name = name});
  }
  if (!wrong.empty()) return std::unexpected(wrong);
  return deny_socket_family(families, choices);
}

checked<object> make_mprotect_audit(const option_values&, const common_choices& choices) { return mprotect_audit(choices); }

}  // namespace

std::span<const ready_made> catalogue() {
  static const ready_made policies[] = {
      {"deny-socket-family",
       "refuse to create sockets of the named families",
       "lsmith run deny-socket-family --family AF_ALG,AF_VSOCK --system",
       {{"family", "LIST", "families by name or number, separated by commas (required)"}},
       socket_family_events,
       make_deny_socket_family},
      {"mprotect-audit",
       "report and refuse changes of protection within the heap",
       "lsmith run mprotect-audit --uid 1000 --dry-run",
       {},
       mprotect_events,
       make_mprotect_audit},
  };
  return policies;
}

result<const ready_made*> find_policy(std::string_view name) {
  for (const ready_made& policy : catalogue())
    if (policy.name == name) return &policy;
  return failure({.why = cause::unknown_policy, .name = name});
}

std::vector<std::string> similar_policies(std::string_view name) {
  nearest_names near(name);
  for (const ready_made& policy : catalogue()) near.offer(policy.name);
  return near.take();
}

}  // namespace lsmith::programs
