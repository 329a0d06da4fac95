// Reads the running kernel's BTF. Since 6.16 the file in sysfs can be mapped: then a page is read only when it is used. On
// older kernels a read returns at most one page, so the BTF is streamed through a window of two pages and is never in memory as
// a whole. If sysfs is not mounted, the kernel can copy it by its BTF id (5.11+).
//
// Part of the core: no heap.
#pragma once

#include <cstddef>
#include <cstdint>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/format/source.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// The running kernel's BTF, opened. Cannot be copied or moved, because types() and whole() refer to it.
class kernel_btf {
 public:
  /// The file with the running kernel's BTF.
  static constexpr const char* default_path = "/sys/kernel/btf/vmlinux";

  kernel_btf() = default;
  kernel_btf(const kernel_btf&) = delete;
  kernel_btf& operator=(const kernel_btf&) = delete;
  ~kernel_btf();

  /// Opens the file, and maps it if the kernel allows it. Call it once. If `path` is default_path and does not exist, copies the
  /// BTF by its id (5.11+, needs CAP_SYS_ADMIN). Errors: kernel_without_btf if that fails as well, file_unreadable.
  result<void> open(const char* path = default_path);

  /// The two steps of open(): only the file, and only the copy. copy_by_id() reports no error; if it fails, return that of
  /// open_file().
  result<void> open_file(const char* path = default_path);
  bool copy_by_id();

  /// Unmaps and closes before the destructor does. Unmapping takes as long as mapping, so a caller that must be fast does it
  /// later.
  void close();

  /// The opened BTF as a source. Valid while this lives, until close().
  btf::source types();

  /// Copies the whole BTF to `whole`, which has room for size() bytes. False if a read failed.
  bool copy_to(std::byte* whole);

  /// All bytes; empty if they are streamed. Valid while this lives, until close().
  bytes whole() const { return mapping_ == nullptr ? bytes() : bytes(mapping_, size_); }

  /// How the BTF is read.
  enum class access : std::uint8_t { mapped, streamed, copied };
  access how() const { return how_; }
  std::size_t size() const { return size_; }

 private:
  static long read_file(void* self, std::uint64_t offset, void* to, std::size_t length);

  fd file_;
  const std::byte* mapping_ = nullptr;
  std::size_t size_ = 0;
  access how_ = access::streamed;
  std::byte window_[btf::source::good_window];
};

}  // namespace lsmith::loader
#pragma GCC visibility pop
