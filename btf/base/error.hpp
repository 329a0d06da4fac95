// One error type for all floors. It is a plain value without strings of its own, so the core can make one without heap
// or library, and copying it costs a memcpy. A sentence is made only when somebody reads it, from one table of causes
// (error.cpp), into whatever sink the reader has.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <type_traits>

#include <lsmith/btf/base/inline_text.hpp>
#include <lsmith/btf/base/location.hpp>

namespace lsmith {

/// Why something failed. A closed set: code branches on it, people read its sentence. The comments name what the
/// numbers `first` and `second` and the names `name` and `of` of the error mean for this cause, where they are used.
enum class cause : std::uint16_t {
  none,

  // Reading type information (btf/).
  file_unreadable,     ///< name: path; system_error: why
  not_a_file,          ///< name: path
  btf_magic,           ///< first: what stood there instead
  btf_truncated,       ///< name: the part that is cut; first: bytes wanted, second: bytes there
  btf_header,          ///< name: the header field; first: its value
  btf_kind,            ///< first: type id; second: kind
  btf_string,          ///< first: type id; second: offset into the strings
  btf_type_id,         ///< first: type id that was referred to; second: how many there are
  btf_loop,            ///< first: type id where a chain of references did not end
  btf_layout,          ///< name: what contradicts itself; first: type id
  elf_invalid,         ///< name: what is wrong with it
  elf_without_btf,

  // Finding names in it.
  unknown_hook,        ///< name: hook
  unknown_type,        ///< name: type
  unknown_member,      ///< name: member or path; of: type
  unknown_argument,    ///< name: argument; of: hook
  unknown_enumerator,  ///< name: enumerator; of: enum
  unknown_function,    ///< name: function
  not_a_struct,        ///< name: the part of a path that has no members; of: type
  member_is_bitfield,  ///< name: path; of: type
  ambiguous_name,      ///< name: name; first: how many carry it; of: in what they differ

  // Writing programs (asm/).
  immediate_range,     ///< first: value; second: bits there are; name: mnemonic
  immediate_large,     ///< first: value of 2^63 or more, as its bits; second: bits there are; name: mnemonic
  offset_range,        ///< first: value; second: bits there are; name: mnemonic
  register_range,      ///< first: register number
  jump_range,          ///< first: distance in slots; second: bits there are; name: label
  label_unbound,       ///< name: label; also: where it was made
  label_rebound,       ///< name: label; also: where it was bound first
  label_reserved,      ///< name: label, which is a helper's name
  label_foreign,       ///< also: where it was made
  program_empty,
  program_too_long,    ///< first: slots; second: the kernel's limit
  relocation_range,    ///< first: value; second: bits there are; name: what was resolved
  unknown_map,         ///< name: map that a program refers to and the object does not hold
  unknown_constant,    ///< name: constant that was set and the object does not hold
  inner_unknown,       ///< name: map of maps; of: the map that those it holds are like
  slot_unknown,        ///< name: map; of: what it is to hold; first: where
  slot_range,          ///< name: map; of: what it is to hold; first: where; second: how many it holds
  initial_value_unfit,        ///< name: map; first: bytes of its first values; second: bytes of one
  name_invalid,        ///< name: the name; of: what bears it
  duplicate_name,      ///< name: the name; of: what bears it
  characters_unfit,       ///< name: the text; of: what it is
  instruction_invalid, ///< first: slot; second: opcode byte; name: what is wrong
  text_unexpected,     ///< name: what was found; of: what was expected
  instruction_unknown, ///< name: the word it starts with
  unknown_directive,   ///< name: directive
  unknown_map_type,    ///< name: map type
  outside_program,     ///< name: the first word
  unknown_register,    ///< name: register
  unknown_name,        ///< name: the word before the parenthesis
  second_name,         ///< name: the word before the parenthesis
  register_read_only,  ///< name: register
  number_too_large,    ///< name: the number as written
  opcode_mismatch,     ///< first: the opcode in front
  line_order,          ///< first: slot; name: program
  function_name,       ///< name: function; of: program
  function_order,      ///< first: slot; name: function; of: program
  jump_nowhere,        ///< first: the slot that is jumped to; second: slots that the program has
  end_reachable,       ///< first: the last instruction's slot
  code_unreachable,    ///< first: slot; second: how many slots
  frame_pointer_written, ///< first: slot
  stack_outside,       ///< first: bytes from r10; second: bytes that are accessed
  kind_unknown,        ///< name: what a kernel that an object is written for does not have; of: its type

  // Hook programs (asm/dsl/).
  value_unfit,         ///< name: the value; of: what it is not
  value_range,         ///< name: where it was to go; first: value; second: bits there are
  value_narrowed,      ///< name: the value; first: its bits; second: bits there are
  value_out_of_scope,  ///< name: the value
  mixed_signs,         ///< name, of: the two values
  text_too_long,       ///< name: the text; first: bytes that are read
  type_unnamed,        ///< name: the member that was to be reached
  unknown_helper,      ///< name: helper
  call_arguments,      ///< name: what is called; first: arguments given; second: wanted
  call_forbidden,      ///< name: what is called; of: hook
  call_sleeps,         ///< name: what is called; of: program
  call_by_word,        ///< name: helper; of: the word that calls it
  reference_unheld,    ///< name: the function that hands out a reference
  reference_foreign,   ///< name: the function that gives a reference back
  verdict_inside,      ///< name: function
  budget_exceeded,     ///< name: program; first: instructions that it may run; second: the kernel's limit
  errno_range,         ///< first: value
  verdict_missing,     ///< name: program
  verdict_unfit,       ///< name: hook
  retval_unfit,        ///< name: hook; of: what it takes; first: value
  map_not_sleepable,   ///< name: map; of: its kind
  network_invalid,     ///< name: what was written
  network_tail,        ///< name: what was written; of: the network that it lies in
  network_family,      ///< name: what was written; first: bytes of the address that it is compared with
  stack_exceeded,      ///< name: program; first: bytes

  // Talking to the kernel (loader/).
  missing_capability,  ///< name: the capability; of: what it is needed for
  token_missing,       ///< name: the command
  token_lacks,         ///< name: the command
  seccomp_forbids,     ///< name: the command
  lsm_forbids,         ///< name: the modules that may have done it; of: the command
  lockdown_forbids,    ///< name: program; of: the helper
  kernel_without_bpf,
  lsm_not_active,      ///< name: the list to boot with, bpf included; of: the active ones
  bpf_not_active,
  lsms_unknown,
  kernel_without_btf,
  kernel_too_old,      ///< name: what is missing; of: the version that brought it
  kernel_fault,        ///< name: what the kernel is known to go down by; of: the kernel
  hook_not_attachable, ///< name: hook
  hook_not_sleepable,  ///< name: hook
  hook_not_decisive,   ///< name: hook
  hook_busy,           ///< name: hook
  too_many_programs,   ///< name: hook
  too_many_cgroup_hooks,  ///< name: hook
  trampoline_missing,  ///< name: hook
  jit_missing,         ///< name: program
  license_refused,     ///< name: program
  helper_refused,      ///< name: program; of: the helper
  too_many_maps,       ///< name: program
  program_too_complex, ///< name: program
  return_range,        ///< name: program; where: the line whose exit returns it
  verifier_rejected,   ///< name: program; where: the line of the refused instruction; first: its slot
  program_rejected,    ///< name: program; the verifier named no instruction
  memory_limit,        ///< name: what was to be made
  memory_missing,      ///< name: what was to be made
  map_too_large,       ///< name: map
  map_refused,         ///< name: map
  map_differs,         ///< name: path of a pinned map; of: what of it differs; first: what it is; second: what is wanted
  map_operation,       ///< name: map; of: operation
  btf_refused,
  load_failed,         ///< name: program
  attach_failed,       ///< name: program; of: hook
  not_enforced,        ///< name: hook: the probe program did not see its own trigger
  ftrace_off,
  namespace_invalid,   ///< name: path; of: the kind of namespace; system_error: why
  unknown_process,     ///< first: its number
  cgroup_invalid,      ///< name: path
  event_source,        ///< name: what could not be opened or waited for
  call_failed,         ///< name: the system call
  bpffs_missing,       ///< name: the directory that is in no bpffs
  pin_name_invalid,    ///< name: the name
  pin_taken,           ///< name: the name
  pin_occupied,        ///< name: the name
  pin_absent,          ///< name: the name
  pin_damaged,         ///< name: the name; of: what is wrong with it
  pin_failed,          ///< name: the path; of: what was to be done with it
  pins_unsafe,         ///< name: the directory; first: the uid it belongs to
  program_absent,      ///< first: id
  program_hidden,      ///< first: id
  rules_kept,          ///< name: the pinned policy; after another fault
  rules_exchanged,     ///< name: likewise
  counts_missing,      ///< name: the pinned policy
  switch_not_frozen,   ///< name: the pinned policy
  image_damaged,      ///< name: what of it is wrong
  not_in_image,        ///< name: what has it; of: what a packed policy has no place for

  // Asking for something (programs/, options).
  hook_missing,        ///< name: "POLICY cannot cover WHAT"; of: hook
  unknown_policy,      ///< name: policy
  unknown_option,      ///< name: option; of: policy
  unknown_family,      ///< name: socket family
  value_invalid,       ///< name: the text; of: the option
  value_missing,       ///< name: the option; of: the policy
  scope_missing,
};

/// What was being done when it failed.
enum class stage : std::uint8_t { none, read_types, resolve, assemble, open, create_map, load, attach, prove, pin, events };

/// A failure as a value. Only the fields that the cause names are meaningful.
struct error {
  cause why = cause::none;
  stage during = stage::none;
  std::uint16_t system_error = 0;  ///< errno, positive; 0 when no system call failed
  location where = {};                ///< what the error is about
  location also = {};                 ///< the other place involved (a label's first binding)
  std::int64_t first = 0;
  std::int64_t second = 0;
  inline_text<94> name = {};
  inline_text<62> of = {};
};
static_assert(std::is_trivially_copyable_v<error>);

/// A value, or why there is none.
template <class T>
using result = std::expected<T, error>;

/// Makes the unexpected half of a result.
inline std::unexpected<error> failure(const error& what) { return std::unexpected<error>(what); }

/// Where sentences go: anything that takes characters. Not owned; valid during one call.
class text_sink {
 public:
  using write_fn = void (*)(void* target, const char* text, std::size_t length);
  constexpr text_sink(write_fn write, void* target) : write_(write), target_(target) {}

  void text(std::string_view piece) const { write_(target_, piece.data(), piece.size()); }
  void number(std::int64_t value) const;
  void hex(std::uint64_t value) const;

 private:
  write_fn write_;
  void* target_;
};

/// The error as one sentence: place, what is wrong, and after a semicolon what to do, where there is something to do.
/// No newline at the end.
void describe(const error& what, const text_sink& out);

/// The sentence of the error without its place.
void describe_cause(const error& what, const text_sink& out);

/// The cause's own word, as programs compare it ("unknown_hook").
std::string_view word(cause why);

}  // namespace lsmith
