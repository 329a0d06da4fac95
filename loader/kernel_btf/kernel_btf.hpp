// Where the running kernel's types come from. Since 6.16 the file in sysfs can be mapped, and reading it costs nothing
// until a page is touched. Before that a read gives at most one page, so the types are streamed through a window of
// two pages and never held whole. Where sysfs is not mounted the kernel copies them by their number, from 5.11 on.
#pragma once

#include <cstddef>
#include <cstdint>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/format/source.hpp>

namespace lsmith::loader {

/// The running kernel's BTF, open. Stays where it is: what types() gave refers into it. Core: no heap.
class kernel_btf {
 public:
  static constexpr const char* usual_path = "/sys/kernel/btf/vmlinux";

  kernel_btf() = default;
  kernel_btf(const kernel_btf&) = delete;
  kernel_btf& operator=(const kernel_btf&) = delete;
  ~kernel_btf();

  /// Opens the file, once, mapped where the kernel allows it. The usual one, when it is not there, is copied by its number
  /// (5.11+, needs CAP_SYS_ADMIN). Errors: kernel_without_btf when that fails as well, file_unreadable.
  result<void> open(const char* path = usual_path);

  /// The two halves of open(): the file alone, and the copy. The latter tells no error: without it, that of the file counts.
  result<void> open_file(const char* path = usual_path);
  bool copy_by_id();

  /// Lets go of them before this ends: taking a mapping away costs as much as making it, and who is in a hurry does it later.
  void let_go();

  /// The opened types as a source; valid while this lives.
  btf::source types();

  /// Copies everything to where there is room for size() bytes. Whether all of it was read.
  bool copy_to(std::byte* whole);

  /// All bytes, valid while this lives; empty where they are streamed.
  bytes whole() const { return mapping_ == nullptr ? bytes() : bytes(mapping_, size_); }

  /// How the types are at hand.
  enum class way : std::uint8_t { mapped, streamed, copied };
  way how() const { return how_; }
  std::size_t size() const { return size_; }

 private:
  static long read_file(void* self, std::uint64_t offset, void* to, std::size_t length);

  fd file_;
  const std::byte* mapping_ = nullptr;
  std::size_t size_ = 0;
  way how_ = way::streamed;
  std::byte window_[btf::source::good_window];
};

}  // namespace lsmith::loader
