// Puts a packed policy in force with the bare kernel: no heap, no C library, nothing but system calls. That is what a boot image
// has, and it is the shortest way from the start of a process to a policy in force.
//
// Core: no heap. At most 80 KiB of stack.
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

/// A packed policy in force. It ends when this goes out of scope, or the process ends, however it ends.
struct image_enforcement {
  fd maps[image_layout::most_maps];
  fd programs[image_layout::most_programs];
  fd links[image_layout::most_programs];
  kernel_btf types;  ///< in which the questions were answered; nobody needs them any more, and letting go of them takes time
};

/// A policy that pack() has made, somewhere in memory. Not owned.
class policy_image {
 public:
  /// Checks that every byte is as it was packed, and that every part lies within the whole. `whole` is aligned to eight bytes, may
  /// be followed by more, and is written to when the policy is put in force. Error: image_damaged.
  static result<policy_image> open(std::span<std::byte> whole);

  /// What the policy is, for people.
  std::string_view about() const { return text(head_.about); }

  /// What is said when it is in force.
  std::string_view says() const { return text(head_.says); }

  std::size_t program_count() const { return head_.programs.count; }
  std::string_view program_name(std::size_t index) const;
  /// Whether it is not attached: it is tail-called.
  bool is_called(std::size_t index) const { return all<const image_layout::program>(head_.programs)[index].called != 0; }
  /// As in "socket_create".
  std::string_view hook(std::size_t index) const;

  /// The name by which the policy is to stay in force; empty when it ends with its process.
  std::string_view pin_name() const { return text(head_.pin); }

  /// What is to be pinned beside it; `since` of it is set to that many seconds since 1970.
  bytes description(std::uint64_t since);
  /// Whether one of its bytes is a digit of that number.
  bool is_since(std::size_t index) const { return index - (head_.since.at - head_.description.at) < head_.since.count; }

  /// Names under which maps are pinned.
  std::size_t map_count() const { return head_.maps.count; }
  std::string_view map_name(std::size_t index) const;

  /// Whether programs that are attached would run. Errors: ftrace_off, bpf_not_active, lsms_unknown.
  result<void> can_run() const;

  /// Answers the questions, makes the maps, loads all programs and attaches them, or none. Errors: those of can_run() and of
  /// loader::answer (kernel_answers.hpp), what the kernel does not have (unknown_hook and so on), relocation_range, btf_refused,
  /// map_refused, map_operation, cgroup_invalid, load_failed, attach_failed. When a program is refused, what the verifier says is
  /// written to `log`, as far as there is room; where there is any, it ends with a zero.
  result<void> enforce(image_enforcement& into, std::span<char> log = {});

 private:
  template <class T>
  T* at(std::uint32_t offset) const { return reinterpret_cast<T*>(whole_.data() + offset); }
  template <class T>
  std::span<T> all(image_layout::part of) const { return {at<T>(of.at), of.count}; }
  std::string_view text(image_layout::text of) const { return {at<const char>(of.at), of.count}; }

  // Whether what a record refers to is there.
  template <class T>
  bool has(image_layout::part of) const;
  template <class T>
  bool has_whole(image_layout::part of) const;
  bool ends(std::uint64_t at) const;
  bool refers_well(const image_layout::header& one) const;
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
