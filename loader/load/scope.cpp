#include <lsmith/loader/load/scope.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>

#include <lsmith/asm/dsl/lowering/tracking.hpp>
#include <lsmith/btf/text/numbers.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/loader/syscall/small_file.hpp>

namespace lsmith::loader {
namespace {

// ------------------------------------------------------------------------------------------------------- namespaces --

struct namespace_kind {
  std::string_view constant;
  const char* file;  ///< in /proc/PID/ns
  const char* word;
  int flag;
};
constexpr namespace_kind mount_namespace{scope_mount_ns, "mnt", "mount", CLONE_NEWNS};
constexpr namespace_kind pid_namespace{scope_pid_ns, "pid", "pid", CLONE_NEWPID};

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

/// Opens the namespace and sets the constant to its inode number.
result<fd> set_namespace(object& whole, const namespace_kind& kind, const std::string& named) {
  const std::string path = is_number(named) ? "/proc/" + named + "/ns/" + kind.file : named;
  const auto invalid = [&](int number) {
    return failure({.why = cause::namespace_invalid, .during = stage::open, .system_error = static_cast<std::uint16_t>(number),
                    .name = path, .of = kind.word});
  };
  auto opened = open_path(path.c_str(), O_RDONLY);
  if (!opened) return invalid(opened.error().system_error);
  struct stat status = {};
  if (ioctl(opened->get(), NS_GET_NSTYPE) != kind.flag) return invalid(EINVAL);
  if (fstat(opened->get(), &status) != 0) return invalid(errno);
  if (auto set = whole.set(kind.constant, status.st_ino); !set) return failure(set.error());
  return opened;
}

// ---------------------------------------------------------------------------------------------------- process trees --

struct process_row {
  std::uint32_t number, parent;
  std::uint64_t started;  ///< in units of 10 ms since boot
};

/// The word at `index`, of words that are separated by one blank; empty if there is none.
std::string_view word_at(std::string_view text, std::size_t index) {
  for (; index != 0; --index) {
    const std::size_t blank = text.find(' ');
    if (blank == text.npos) return {};
    text.remove_prefix(blank + 1);
  }
  return text.substr(0, text.find_first_of(" \n"));
}

/// Reads a process from /proc/PID/stat: "PID (NAME) STATE PARENT …"; its start time is the 22nd field. The name may contain
/// blanks and parentheses.
std::optional<process_row> read_process(std::uint32_t number) {
  const std::string whole = read_small_file(("/proc/" + std::to_string(number) + "/stat").c_str());
  const std::size_t name_end = whole.rfind(") ");
  if (name_end == whole.npos) return std::nullopt;
  const std::string_view fields = std::string_view(whole).substr(name_end + 2);  // from the third field on
  const auto parent = whole_number<std::uint32_t>(word_at(fields, 4 - 3));
  const auto started = whole_number<std::uint64_t>(word_at(fields, 22 - 3));
  if (!parent || !started) return std::nullopt;
  return process_row{number, *parent, *started};
}

/// A thread has a directory in /proc as well, but pidfd_open(2) accepts only a thread group leader.
bool is_process(std::uint32_t number) {
  return number != 0 && number <= INT32_MAX && fd(static_cast<int>(syscall(SYS_pidfd_open, number, 0)));
}

std::vector<process_row> all_processes() {
  std::vector<process_row> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc"), closedir);
  while (const dirent* entry = directory ? readdir(directory.get()) : nullptr) {
    const auto number = whole_number<std::uint32_t>(entry->d_name);
    if (!number) continue;
    if (const auto one = read_process(*number)) all.push_back(*one);
  }
  return all;
}

/// Adds the children of the processes in `found` to it. Returns whether there were any.
bool add_children(std::vector<process_row>& found, const std::vector<process_row>& all) {
  const auto contains = [&](std::uint32_t number) {
    return std::ranges::any_of(found, [&](const process_row& one) { return one.number == number; });
  };
  const std::size_t before = found.size();
  for (const process_row& each : all)
    if (contains(each.parent) && !contains(each.number)) found.push_back(each);
  return found.size() != before;
}

}  // namespace

result<std::vector<fd>> bind_scope(object& whole, const load_options& who) {
  const auto set = [&](std::string_view name, const std::optional<std::uint32_t>& value) -> result<void> {
    if (value) return whole.set(name, *value);
    if (whole.find_constant(name) == nullptr) return {};
    return failure({.why = cause::scope_missing, .during = stage::open});
  };
  if (auto uid = set(scope_uid, who.uid); !uid) return failure(uid.error());
  if (auto pid = set(scope_pid, who.pid); !pid) return failure(pid.error());

  struct with_map { std::string_view name; bool given; };
  for (const auto& [name, given] : {with_map{scope_cgroup, who.cgroup.has_value()}, with_map{scope_tree, who.tree.has_value()}}) {
    const bool has_map = whole.find_map(name) != nullptr;
    if (given && !has_map) return failure({.why = cause::unknown_map, .during = stage::open, .name = name});
    if (!given && has_map) return failure({.why = cause::scope_missing, .during = stage::open});
  }
  const map* except = whole.find_map(except_cgroups);
  if ((except == nullptr ? 0 : except->entries) != who.except_cgroups.size())
    return failure({.why = cause::unknown_map, .during = stage::open, .name = except_cgroups});
  for (const program& one : whole.programs)
    if (one.attach == attach_kind::lsm_cgroup && !who.attach_cgroup)
      return failure({.why = cause::scope_missing, .during = stage::open});
  std::vector<fd> held;
  struct with_namespace { const namespace_kind& kind; const std::optional<std::string>& given; };
  for (const auto& [kind, given] : {with_namespace{mount_namespace, who.mount_ns}, with_namespace{pid_namespace, who.pid_ns}}) {
    if (!given && whole.find_constant(kind.constant) != nullptr) return failure({.why = cause::scope_missing, .during = stage::open});
    if (!given) continue;
    auto opened = set_namespace(whole, kind, *given);
    if (!opened) return failure(opened.error());
    held.push_back(std::move(*opened));
  }
  return held;
}

// Processes fork while the list is read, so it is read again until it contains no new process of the tree.
result<void> seed_tree(const fd& seeds, std::uint32_t root) {
  const auto first = is_process(root) ? read_process(root) : std::nullopt;
  if (!first) return failure({.why = cause::unknown_process, .during = stage::open, .first = root});
  std::vector<process_row> found = {*first};
  std::size_t put = 0;
  do {
    for (; put < found.size(); ++put)
      if (auto done = update_element(seeds.get(), &found[put].number, &found[put].started); !done) return done;
    for (const std::vector<process_row> all = all_processes(); add_children(found, all);) continue;
  } while (put != found.size());
  return {};
}

}  // namespace lsmith::loader
