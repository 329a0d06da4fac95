// The kernel returns error numbers; people read names. The core has no C library and so no strerror. strerror also has no
// text for 524 (ENOTSUPP), which bpf(2) returns.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith {

/// An error number's name ("EPERM") and meaning. Both are empty for a number that is not in the table.
struct errno_name {
  std::string_view name;
  std::string_view meaning;
};

/// The name and meaning of a positive error number.
constexpr errno_name name_of_errno(std::uint16_t number) {
  struct row {
    std::uint16_t number;
    errno_name text;
  };
  constexpr row rows[] = {
      {1, {"EPERM", "operation not permitted"}},
      {2, {"ENOENT", "no such file or directory"}},
      {3, {"ESRCH", "no such process"}},
      {4, {"EINTR", "interrupted by a signal"}},
      {5, {"EIO", "input or output error"}},
      {7, {"E2BIG", "argument list too long"}},
      {9, {"EBADF", "bad file descriptor"}},
      {11, {"EAGAIN", "try again"}},
      {12, {"ENOMEM", "out of memory"}},
      {13, {"EACCES", "permission denied"}},
      {14, {"EFAULT", "bad address"}},
      {16, {"EBUSY", "busy"}},
      {17, {"EEXIST", "it exists already"}},
      {19, {"ENODEV", "no such device"}},
      {20, {"ENOTDIR", "not a directory"}},
      {21, {"EISDIR", "is a directory"}},
      {22, {"EINVAL", "invalid argument"}},
      {23, {"ENFILE", "too many open files in the system"}},
      {24, {"EMFILE", "too many open files"}},
      {27, {"EFBIG", "file too large"}},
      {28, {"ENOSPC", "no space left"}},
      {30, {"EROFS", "read-only file system"}},
      {34, {"ERANGE", "result too large"}},
      {36, {"ENAMETOOLONG", "name too long"}},
      {38, {"ENOSYS", "not built into this kernel"}},
      {40, {"ELOOP", "too many symbolic links"}},
      {61, {"ENODATA", "no data available"}},
      {71, {"EPROTO", "protocol error"}},
      {75, {"EOVERFLOW", "value too large"}},
      {95, {"EOPNOTSUPP", "operation not supported"}},
      {110, {"ETIMEDOUT", "timed out"}},
      {524, {"ENOTSUPP", "not supported by this kernel"}},
  };
  for (const row& candidate : rows)
    if (candidate.number == number) return candidate.text;
  return {};
}

}  // namespace lsmith
