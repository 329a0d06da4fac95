// Enforces a policy image (layout.hpp) with system calls only. A boot image has nothing else, and it is the shortest time from
// the start of a process to an enforced policy.
//
// Part of the core: no heap, no C library. At most 80 KiB of stack.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/image/layout.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// An enforced image. It ends when this is destroyed, or when the process ends for any reason, unless it is pinned
/// (image_pins.hpp). Owns its descriptors.
struct image_enforcement {
  fd maps[image_layout::most_maps];
  fd programs[image_layout::most_programs];
  fd links[image_layout::most_programs];
  kernel_btf types;  ///< the BTF that resolved the relocations; not needed any more, but closing it takes time
};

/// An image that build_image() has made. Does not own the memory, which must outlive it and everything that it returns.
class policy_image {
 public:
  /// Checks the checksum, and that every part lies within the image. `whole` is aligned to eight bytes. It may be longer than
  /// the image. enforce() and description() write to it. Error: image_damaged.
  static result<policy_image> open(std::span<std::byte> whole);

  /// What the policy is, for people (image_words::about).
  std::string_view about() const { return text(head_.about); }

  /// What to print when it is enforced (image_words::says).
  std::string_view says() const { return text(head_.says); }

  std::size_t program_count() const { return head_.programs.count; }
  std::string_view program_name(std::size_t index) const;
  /// Whether the program is not attached, but tail-called.
  bool is_called(std::size_t index) const { return all<const image_layout::program>(head_.programs)[index].called != 0; }
  /// The program's hook, as in "socket_create".
  std::string_view hook(std::size_t index) const;

  /// The name to pin the policy by; empty if it ends with its process.
  std::string_view pin_name() const { return text(head_.pin); }

  /// The description to pin with it. Writes `since`, in seconds since 1970, into its ten digits.
  bytes description(std::uint64_t since);
  /// Whether the byte at `index` of the description is one of these digits.
  bool is_since(std::size_t index) const { return index - (head_.since.at - head_.description.at) < head_.since.count; }

  /// The maps, which are pinned by their names.
  std::size_t map_count() const { return head_.maps.count; }
  std::string_view map_name(std::size_t index) const;

  /// The map whose only value becomes 1 once the policy is pinned, because it denies what pinning needs; map_count() if there is
  /// none.
  std::size_t armed_map() const { return head_.armed_map == image_layout::header::no_map ? map_count() : head_.armed_map; }

  /// Succeeds if the programs would run once they are attached. Errors: ftrace_off, bpf_not_active, lsms_unknown.
  result<void> can_run() const;

  /// Resolves the relocations, creates the maps, loads all programs, and attaches all of them or none. Writes to the image.
  ///
  /// Errors: those of can_run() and resolve_live(); unknown_hook, unknown_member and so on for what the kernel does not have;
  /// relocation_range, btf_refused, map_refused, map_operation, cgroup_invalid, load_failed, attach_failed. If a program is
  /// rejected, the verifier's log is written to `log`, as far as it fits. If `log` is not empty, it is zero-terminated.
  result<void> enforce(image_enforcement& into, std::span<char> log = {});

 private:
  template <class T>
  T* at(std::uint32_t offset) const {
    return reinterpret_cast<T*>(whole_.data() + offset);
  }
  template <class T>
  std::span<T> all(image_layout::part of) const {
    return {at<T>(of.at), of.count};
  }
  std::string_view text(image_layout::text of) const { return {at<const char>(of.at), of.count}; }

  // Whether what a record refers to lies within the image.
  template <class T>
  bool has(image_layout::part of) const;
  template <class T>
  bool has_whole(image_layout::part of) const;
  bool ends(std::uint64_t at) const;
  bool refers_well(const image_layout::header& one) const;
  bool arms_a_number(const image_layout::header& one) const;
  bool refers_well(const image_layout::map& one) const;
  bool refers_well(const image_layout::element& one) const;
  bool refers_well(const image_layout::relocation& one) const;
  bool refers_well(const image_layout::program& one) const;

  result<void> resolve(kernel_btf& types) const;
  result<void> make_map(std::size_t index, const fd& types, image_enforcement& into) const;
  result<void> make_maps(image_enforcement& into) const;
  result<void> put(const image_layout::element& one, const image_enforcement& of) const;
  result<void> fill_maps(const image_enforcement& of) const;
  result<void> fill_program_arrays(const image_enforcement& of) const;
  result<void> load_program(std::size_t index, image_enforcement& into, std::span<char> log) const;
  result<void> attach(image_enforcement& into) const;
  result<void> enforce_all(image_enforcement& into, std::span<char> log) const;

  std::span<std::byte> whole_ = {};
  image_layout::header head_ = {};
};

}  // namespace lsmith::loader
