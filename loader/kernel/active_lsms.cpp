#include <lsmith/loader/kernel/active_lsms.hpp>

#include <algorithm>
#include <string_view>

#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/loader/syscall/small_file.hpp>

namespace lsmith::loader {
namespace {

/// Names by id (include/uapi/linux/lsm.h), from LSM_ID_CAPABILITY on.
constexpr std::uint64_t first_id = 100;
constexpr const char* names_by_id[] = {"capability", "selinux",  "smack", "tomoyo",   "apparmor", "yama", "loadpin",
                                       "safesetid",  "lockdown", "bpf",   "landlock", "ima",      "evm",  "ipe"};

std::optional<std::vector<std::string>> list_by_system_call() {
  std::uint64_t ids[most_lsms];
  const long count = list_lsms(ids);
  if (count < 0) return std::nullopt;
  std::vector<std::string> names;
  for (long i = 0; i < count; ++i) names.push_back(name_of_lsm(ids[i]).value_or("?"));
  return names;
}

std::optional<std::vector<std::string>> read_securityfs() {
  const std::string file = read_small_file("/sys/kernel/security/lsm");
  if (file.empty()) return std::nullopt;
  std::vector<std::string> names;
  each_lsm(file, [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

}  // namespace

std::optional<std::string> name_of_lsm(std::uint64_t id) {
  if (id < first_id || id - first_id >= std::size(names_by_id)) return std::nullopt;
  return names_by_id[id - first_id];
}

std::optional<std::vector<std::string>> active_lsms() {
  auto names = list_by_system_call();
  const bool all_named = names && std::ranges::find(*names, "?") == names->end();
  if (all_named) return names;
  if (auto named = read_securityfs()) return named;
  return names;
}

std::string lsm_list_with_bpf(const std::vector<std::string>& active) {
  // The kernel always puts capability first and the integrity LSMs last; naming them has no effect.
  constexpr std::string_view automatic[] = {"capability", "ima", "evm", "bpf"};
  std::string list;
  for (const std::string& name : active)
    if (std::ranges::find(automatic, name) == std::end(automatic)) list += name + ",";
  return list + "bpf";
}

}  // namespace lsmith::loader
