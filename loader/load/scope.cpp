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
#include <lsmith/asm/object/reserved_names.hpp>
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
constexpr namespace_kind mount_namespace{reserved::scope_mount_ns, "mnt", "mount", CLONE_NEWNS};
constexpr namespace_kind pid_namespace{reserved::scope_pid_ns, "pid", "pid", CLONE_NEWPID};

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

/// Opens the namespace and sets the constant to its inode number.
result<fd> set_namespace(object& whole, const namespace_kind& kind, const std::string& named) {
  const std::string path = is_number(named) ? "/proc/" + named + "/ns/" + kind.file : named;
  const auto invalid = [&](int number) {
    return failure({.why = cause::namespace_invalid,
                    .during = stage::open,
                    .system_error = static_cast<std::uint16_t>(number),
                    .name = path,
                    .of = kind.word});
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

// Of each kind of scope, the object must have what its test reads if it is the object's scope, and must not have it otherwise.
result<void> check_tested(const object& whole) {
  struct tested {
    scope_kind kind;
    std::string_view name;
    bool in_map;
  };
  constexpr tested all[] = {
      {scope_kind::uid, reserved::scope_uid, false},           {scope_kind::pid, reserved::scope_pid, false},
      {scope_kind::cgroup, reserved::scope_cgroup, true},      {scope_kind::tree, reserved::scope_tree, true},
      {scope_kind::mount_ns, reserved::scope_mount_ns, false}, {scope_kind::pid_ns, reserved::scope_pid_ns, false}};
  for (const tested& one : all) {
    const bool has = one.in_map ? whole.find_map(one.name) != nullptr : whole.find_constant(one.name) != nullptr;
    const bool given = whole.scope.kind == one.kind;
    if (given && !has)
      return failure({.why = one.in_map ? cause::unknown_map : cause::unknown_constant, .during = stage::open, .name = one.name});
    if (!given && has) return failure({.why = cause::scope_missing, .during = stage::open});
  }
  return {};
}

}  // namespace

result<fd> bind_scope(object& whole, const load_options& how) {
  if (auto fits = check_tested(whole); !fits) return failure(fits.error());
  for (const program& one : whole.programs)
    if (one.attach == attach_kind::lsm_cgroup && !how.attach_cgroup)
      return failure({.why = cause::scope_missing, .during = stage::open});

  const auto set = [&](std::string_view name) -> result<fd> {
    if (auto done = whole.set(name, whole.scope.number); !done) return failure(done.error());
    return fd();
  };
  switch (whole.scope.kind) {
    case scope_kind::uid: return set(reserved::scope_uid);
    case scope_kind::pid: return set(reserved::scope_pid);
    case scope_kind::mount_ns: return set_namespace(whole, mount_namespace, whole.scope.path);
    case scope_kind::pid_ns: return set_namespace(whole, pid_namespace, whole.scope.path);
    case scope_kind::system:
    case scope_kind::cgroup:
    case scope_kind::tree: break;  // nothing, or maps, which are filled when they exist
  }
  return fd();
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
