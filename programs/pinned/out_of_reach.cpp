#include <lsmith/programs/pinned/out_of_reach.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::programs {
namespace {

namespace files = std::filesystem;

using link_ids = std::set<std::uint32_t>;

/// The mount points of every bpffs in this mount namespace, from /proc/self/mountinfo: "36 35 0:30 / /sys/fs/bpf rw - bpf …".
std::vector<std::string> bpffs_mounts() {
  std::vector<std::string> all;
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string word, point;
    for (int i = 0; i < 5; ++i) words >> point;
    while (words >> word && word != "-") continue;
    if (words >> word && word == "bpf") all.push_back(point);
  }
  return all;
}

void add_pinned(link_ids& to, const std::string& mount) {
  std::error_code failed;
  for (files::recursive_directory_iterator at(mount, files::directory_options::skip_permission_denied, failed), end;
       !failed && at != end; at.increment(failed)) {
    if (!at->is_regular_file(failed)) continue;
    const auto opened = loader::open_pin(at->path().c_str());
    const auto link = opened ? loader::describe_link(*opened) : failure(opened.error());
    if (link) to.insert(link->id);
  }
}

/// Adds the links that a process holds. A process that has ended meanwhile holds none.
void add_held(link_ids& to, const files::path& process) {
  std::error_code failed;
  for (files::directory_iterator at(process / "fdinfo", failed), end; !failed && at != end; at.increment(failed)) {
    std::ifstream info(at->path());
    std::uint32_t id = 0;
    for (std::string word; info >> word;)
      if (word == "link_id:" && info >> id) to.insert(id);
  }
}

}  // namespace

result<std::vector<loader::lsm_program>> out_of_reach(std::vector<loader::lsm_program> programs) {
  std::erase_if(programs, [](const loader::lsm_program& one) { return one.link == 0; });
  if (programs.empty()) return programs;
  if (!files::exists("/proc/self/fdinfo"))
    return failure({.why = cause::file_unreadable, .during = stage::open, .system_error = ENOENT, .name = "/proc/self/fdinfo"});
  link_ids known;
  for (const std::string& mount : bpffs_mounts()) add_pinned(known, mount);
  for (const auto& entry : files::directory_iterator("/proc"))
    if (entry.path().filename().string().find_first_not_of("0123456789") == std::string::npos) add_held(known, entry.path());
  std::erase_if(programs, [&](const loader::lsm_program& one) { return known.contains(one.link); });
  return programs;
}

}  // namespace lsmith::programs
