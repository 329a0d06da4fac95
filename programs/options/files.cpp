#include <lsmith/programs/options/files.hpp>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/fd.hpp>

namespace lsmith::programs {
namespace {

std::uint32_t kernel_device(unsigned major, unsigned minor) { return major << 20 | minor; }

/// The id of the mount that an open file is on, from /proc/self/fdinfo.
std::optional<std::string> mount_number(const fd& opened) {
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(opened.get()));
  for (std::string word; info >> word;)
    if (word == "mnt_id:" && info >> word) return word;
  return std::nullopt;
}

/// The device of the mount's super block, from /proc/self/mountinfo: "36 35 98:0 /root /mnt …".
std::optional<std::uint32_t> device_of_mount(const std::string& number) {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string mount, parent, device;
    words >> mount >> parent >> device;
    unsigned major = 0, minor = 0;
    if (mount == number && std::sscanf(device.c_str(), "%u:%u", &major, &minor) == 2) return kernel_device(major, minor);
  }
  return std::nullopt;
}

std::unexpected<error> unreadable(const std::string& path) { return failure(unreadable_file(path, errno)); }

/// The generation of an open file's inode; nothing if its file system does not tell it.
std::optional<std::uint32_t> generation_of(const fd& opened) {
  std::uint32_t generation[2] = {};  // FS_IOC_GETVERSION is declared with a long, and the kernel writes an int
  if (ioctl(opened.get(), FS_IOC_GETVERSION, generation) == 0) return generation[0];
  struct statfs system = {};
  if (fstatfs(opened.get(), &system) != 0 || system.f_type != TMPFS_MAGIC) return std::nullopt;
  alignas(file_handle) std::byte room[sizeof(file_handle) + 3 * sizeof(std::uint32_t)] = {};
  auto* const handle = new (room) file_handle();  // the generation, and the inode number (shmem_encode_fh of mm/shmem.c)
  handle->handle_bytes = sizeof room - sizeof(file_handle);
  int mount = 0;
  if (name_to_handle_at(opened.get(), "", handle, &mount, AT_EMPTY_PATH) != 0) return std::nullopt;
  return read_as<std::uint32_t>(room + sizeof(file_handle));
}

}  // namespace

error unreadable_file(const std::string& path, int why) {
  return {.why = cause::file_unreadable, .during = stage::open, .system_error = static_cast<std::uint16_t>(why), .name = path};
}

result<file_identity> identify_file(const std::string& path) {
  const fd opened(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status = {};
  if (!opened || fstat(opened.get(), &status) != 0) return unreadable(path);
  const auto mount = mount_number(opened);
  const auto device = mount ? device_of_mount(*mount) : std::nullopt;
  return file_identity{status.st_ino, device.value_or(kernel_device(major(status.st_dev), minor(status.st_dev)))};
}

result<exempt_file> identify_executable(const std::string& path) {
  const auto file = identify_file(path);
  if (!file) return failure(file.error());
  const fd opened(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (!opened || fstat(opened.get(), &status) != 0) return unreadable(path);
  if (!S_ISREG(status.st_mode) || status.st_ino != file->inode)
    return failure({.why = cause::not_a_file, .during = stage::open, .name = path});
  return exempt_file{*file, generation_of(opened).value_or(exempt_file::any_generation)};
}

const char* keep_name(const std::string& path) {
  static std::mutex one_at_a_time;
  static std::set<std::string> names;
  const std::lock_guard locked(one_at_a_time);
  return names.insert(path).first->c_str();
}

result<std::string> read_whole(const std::string& path, std::size_t most) {
  const fd opened(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // open(2) of a pipe without a writer must not block
  struct stat status = {};
  if (!opened || fstat(opened.get(), &status) != 0) return unreadable(path);
  if (!S_ISREG(status.st_mode)) return failure({.why = cause::not_a_file, .during = stage::open, .name = path});
  constexpr std::size_t piece = std::size_t{1} << 20;
  std::string text;
  for (std::size_t size = 0; size <= most;) {
    text.resize(size + piece);
    const ssize_t got = read(opened.get(), text.data() + size, piece);
    if (got < 0) return unreadable(path);
    text.resize(size += static_cast<std::size_t>(got));
    if (got == 0) break;
  }
  return text;
}

}  // namespace lsmith::programs
