// Calls by which tests inside a virtual machine see whether a policy is enforced. They run in child processes with the uid or
// the cgroup that the policy binds.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace lsmith::tests {

/// Tries socket(2) with this family and a type that it supports; 0, or the errno.
int try_socket(int family);

/// Tries to open the file, or to make it with mode 0600, and closes it; 0, or the errno.
int try_open(const std::string& path, int flags);

/// Tries to make one page of this process's brk heap read-only and back; 0, or the errno.
int try_heap_mprotect();

/// The same for a page from mmap(2).
int try_mapped_mprotect();

/// Runs in a forked child and returns its exit status; a child killed by a signal gives 128 plus its number.
int in_child(const std::function<int()>& body);

/// The same with this real, effective and saved uid; 255 if it cannot be set.
int as_user(uid_t uid, const std::function<int()>& body);

/// How many file descriptors this process has open.
std::size_t open_descriptors();

/// A cgroup directly below /sys/fs/cgroup, which is removed when this goes out of scope.
class temporary_cgroup {
 public:
  explicit temporary_cgroup(std::string_view name);
  ~temporary_cgroup();
  const std::string& path() const { return path_; }
  /// Moves the calling process into the cgroup; false if the kernel refuses.
  bool join() const;

 private:
  std::string path_;
};

}  // namespace lsmith::tests
