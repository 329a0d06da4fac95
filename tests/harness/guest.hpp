// What tests inside a virtual machine do to see whether a policy holds: try things as a process would, in children of
// their own, with the identity that the policy is about.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace lsmith::tests {

/// Tries socket(family, SOCK_RAW or what the family takes); 0, or the errno.
int try_socket(int family);

/// Tries to make one page of this process's brk heap read-only and back; 0, or the errno.
int try_heap_mprotect();

/// The same for a page from mmap(2).
int try_mapped_mprotect();

/// Runs in a forked child and returns its exit status; a child killed by a signal gives 128 plus its number.
int in_child(const std::function<int()>& body);

/// Likewise with another real, effective and saved uid.
int as_user(uid_t uid, const std::function<int()>& body);

/// How many file descriptors this process has open.
std::size_t open_descriptors();

/// A cgroup that is removed when it goes out of scope.
class temporary_cgroup {
 public:
  explicit temporary_cgroup(std::string_view name);
  ~temporary_cgroup();
  const std::string& path() const { return path_; }
  /// Moves the calling process in.
  bool join() const;

 private:
  std::string path_;
};

}  // namespace lsmith::tests
