// The error type of the whole project. An error is a trivially copyable value: the core can make one without heap or
// library. It contains numbers and names, not a sentence. describe() makes the sentence when the error is printed, from a
// table with one row for each cause (error.cpp), and writes it to a sink of the caller.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <type_traits>

#include <lsmith/btf/base/location.hpp>
#include <lsmith/btf/text/inline_text.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// Why something failed. A closed set: code branches on it, people read its sentence. Each comment says what `first`, `second`,
/// `name` and `of` of the error mean for this cause; those that are not mentioned are not used.
enum class cause : std::uint16_t {
  none,

  // Reading type information (btf/).
  file_unreadable,     ///< name: path; system_error: why
  not_a_file,          ///< name: path
  btf_magic,           ///< first: the two bytes found instead, as a number
  btf_truncated,       ///< name: the part that is cut off; first: bytes needed; second: bytes present
  btf_header,          ///< name: the header field; first: its value
  btf_kind,            ///< first: type id; second: kind
  btf_string,          ///< first: type id; second: offset into the strings
  btf_type_id,         ///< first: the type id referred to; second: number of types
  btf_loop,            ///< first: id of a type whose chain of references does not end
  btf_layout,          ///< name: the part that is inconsistent; first: type id
  btf_names,
  elf_invalid,         ///< name: what is wrong with the file
  elf_without_btf,

  // Finding names in type information.
  unknown_hook,        ///< name: hook
  unknown_type,        ///< name: type
  unknown_member,      ///< name: member or path; of: type
  unknown_argument,    ///< name: argument; of: hook
  unknown_enumerator,  ///< name: enumerator; of: enum
  unknown_function,    ///< name: function of the kernel
  not_a_struct,        ///< name: the part of a path that has no members; of: type
  ambiguous_name,      ///< name: name; first: number of types with it; of: in what they differ

  // Writing programs (asm/).
  immediate_range,     ///< first: value; second: bits of the field; name: mnemonic
  immediate_large,     ///< first: value of 2^63 or more, as its bits; second: bits of the field; name: mnemonic
  offset_range,        ///< first: value; second: bits of the field; name: mnemonic
  register_range,      ///< first: register number
  jump_range,          ///< first: distance in slots; second: bits of the field; name: label
  label_unbound,       ///< name: label; also: where it was made
  label_rebound,       ///< name: label; also: where it was bound first
  label_reserved,      ///< name: label, which is a helper's name
  label_foreign,       ///< also: where it was made
  program_empty,       ///< name: program, if it has one yet
  program_too_long,    ///< first: slots; second: the kernel's limit; name: program, if it has one yet
  relocation_range,    ///< first: value; second: bits of the field; name: what was resolved
  unknown_map,         ///< name: map that is used and the object does not contain
  unknown_constant,    ///< name: constant or variable that is used or set and the object does not contain
  inner_unknown,       ///< name: map of maps; of: the map that its inner maps are like
  slot_unknown,        ///< name: map; of: the object to be stored in it; first: index
  slot_range,          ///< name: map; of: the object to be stored in it; first: index; second: max_entries
  initial_value_unfit, ///< name: map; first: bytes of its initial value; second: bytes of one element
  name_invalid,        ///< name: the name; of: the kind of object it is for
  duplicate_name,      ///< name: the name; of: the kind of object it is for
  characters_unfit,    ///< name: the text; of: what the text is for
  instruction_invalid, ///< first: slot; second: opcode byte; name: what is wrong
  text_unexpected,     ///< name: what was found; of: what was expected
  instruction_unknown, ///< name: the word it starts with
  unknown_directive,   ///< name: directive
  unknown_map_type,    ///< name: map type
  outside_program,     ///< name: the first word
  unknown_register,    ///< name: register
  unknown_name,        ///< name: the word before the parenthesis; or a name that an ELF file cannot represent
  second_name,         ///< name: the word before the parenthesis
  register_read_only,  ///< name: register
  number_too_large,    ///< name: the number as written
  opcode_mismatch,     ///< first: the opcode written before the instruction
  line_order,          ///< first: slot; name: program
  function_name,       ///< name: function; of: program
  function_order,      ///< first: slot; name: function; of: program
  jump_nowhere,        ///< first: the jump's target slot; second: slots of the program
  end_reachable,       ///< first: the last instruction's slot
  code_unreachable,    ///< first: slot; second: how many slots
  frame_pointer_written, ///< first: slot
  stack_outside,       ///< first: offset from r10 in bytes; second: bytes accessed
  kind_unknown,        ///< name: what the target kernel does not have; of: the type it would be in

  // Hook programs (asm/dsl/).
  value_unfit,         ///< name: the value; of: what it is not
  value_range,         ///< name: what the value does not fit; first: value; second: its bits
  value_narrowed,      ///< name: the value; first: its bits; second: bits of the destination
  value_out_of_scope,  ///< name: the value
  foreign_value,       ///< name: the program that uses it
  mixed_signs,         ///< name, of: the two values
  text_too_long,       ///< name: the text; first: bytes that the program reads
  type_unnamed,        ///< name: the requested member path
  unknown_helper,      ///< name: the function called: neither a helper nor in the kernel's BTF
  call_arguments,      ///< name: the function called; first: arguments given; second: arguments expected
  call_forbidden,      ///< name: the function called; of: hook
  call_sleeps,         ///< name: the function called; of: program
  use_dsl_function,        ///< name: helper; of: the DSL function to use instead
  reference_leak,    ///< name: the function that returns a reference (KF_ACQUIRE)
  reference_release,   ///< name: the function that releases a reference (KF_RELEASE)
  verdict_inside,      ///< name: function
  budget_exceeded,     ///< name: program; first: instructions it may execute; second: the verifier's limit
  errno_range,         ///< first: value
  verdict_missing,     ///< name: program
  scope_conflict,      ///< name: program
  verdict_unfit,       ///< name: hook
  retval_unfit,        ///< name: hook; of: the return values it allows; first: value
  map_not_sleepable,   ///< name: map; of: its kind
  network_invalid,     ///< name: the text
  network_tail,        ///< name: the text; of: the network that contains it
  network_family,      ///< name: the text; first: bytes of the address it is compared with
  stack_exceeded,      ///< name: program; first: bytes

  // System calls and the running kernel (loader/).
  missing_capability,  ///< name: the capability; of: what it is needed for
  token_missing,       ///< name: the command
  token_lacks,         ///< name: the command
  seccomp_forbids,     ///< name: the command
  lsm_forbids,         ///< name: the modules that may have refused; of: the command
  lockdown_forbids,    ///< name: program; of: the helper
  kernel_without_bpf,
  lsm_not_active,      ///< name: the list of LSMs to boot with, bpf included; of: the active ones
  bpf_not_active,
  lsms_unknown,
  kernel_without_btf,
  kernel_too_old,      ///< name: what is missing; of: the kernel version that introduced it
  kernel_fault,        ///< name: the operation known to crash this kernel; of: the kernel's version
  hook_not_attachable, ///< name: hook
  hook_not_sleepable,  ///< name: hook
  hook_not_decisive,   ///< name: hook
  hook_busy,           ///< name: hook
  too_many_programs,   ///< name: hook
  too_many_cgroup_hooks, ///< name: hook
  trampoline_missing,  ///< name: hook
  jit_missing,         ///< name: program
  license_refused,     ///< name: program
  helper_refused,      ///< name: program; of: the helper
  too_many_maps,       ///< name: program
  program_too_complex, ///< name: program
  return_range,        ///< name: program; where: the line whose exit returns it
  verifier_rejected,   ///< name: program; where: the line of the rejected instruction; first: its slot
  program_rejected,    ///< name: program; the verifier named no instruction
  memory_limit,        ///< name: the object being created
  memory_missing,      ///< name: the object being created
  map_too_large,       ///< name: map
  map_refused,         ///< name: map
  map_differs,         ///< name: path of a pinned map; of: attribute; first: its value there; second: expected value
  map_operation,       ///< name: map; of: operation
  btf_refused,
  load_failed,         ///< name: program
  attach_failed,       ///< name: program; of: hook
  not_enforced,        ///< name: hook: the probe program did not see its own trigger
  ftrace_off,
  namespace_invalid,   ///< name: path; of: the kind of namespace; system_error: why
  unknown_process,     ///< first: its pid
  cgroup_invalid,      ///< name: path
  event_source,        ///< name: what could not be opened
  no_event_map,        ///< name: map
  call_failed,         ///< name: the system call
  bpffs_missing,       ///< name: the directory that is in no bpffs
  pin_name_invalid,    ///< name: the name
  pin_taken,           ///< name: the name
  pin_occupied,        ///< name: the name
  pin_absent,          ///< name: the name
  pin_damaged,         ///< name: the name; of: what is wrong with it
  pin_failed,          ///< name: the path; of: the operation
  pins_locked,         ///< name: the path; of: the operation
  pins_unsafe,         ///< name: the directory; first: uid of its owner
  program_absent,      ///< first: id
  program_hidden,      ///< first: id
  rules_kept,          ///< name: the pinned policy; follows another error, which says why
  rules_exchanged,     ///< name: the pinned policy; follows another error, which says why
  counts_missing,      ///< name: the pinned policy
  description_foreign, ///< name: the pinned policy
  switch_not_frozen,   ///< name: the pinned policy
  deadline_not_frozen, ///< name: the pinned policy
  image_damaged,       ///< name: the part that is wrong
  not_in_image,        ///< name: what has it; of: what an image cannot represent

  // Policies and their options (programs/).
  hook_missing,        ///< name: "POLICY cannot cover WHAT"; of: hook
  unknown_policy,      ///< name: policy
  unknown_option,      ///< name: option; of: policy
  unknown_family,      ///< name: socket family
  value_invalid,       ///< name: the text; of: the option
  value_missing,       ///< name: the option; of: the policy
  scope_missing,
};

/// The step that failed.
enum class stage : std::uint8_t {
  none,        ///< none of these, or not known
  read_types,  ///< reading BTF
  resolve,     ///< finding names in BTF, and relocations
  assemble,    ///< making or checking a program or object, reading or writing its file
  open,        ///< what is needed before anything is created: options, files, the machine, the scope
  create_map,  ///< creating and filling maps
  load,        ///< BPF_PROG_LOAD
  attach,      ///< BPF_LINK_CREATE
  prove,       ///< running a probe program (not_enforced)
  pin,         ///< pins in bpffs
  events,      ///< reading events
};

/// A failure as a value. The cause decides what `first`, `second`, `name` and `of` mean. Owns its texts, except `file` of the
/// locations.
struct error {
  cause why = cause::none;
  stage during = stage::none;
  std::uint16_t system_error = 0;  ///< errno, positive; 0 when no system call failed
  location where = {};             ///< what the error is about; may be unknown
  location also = {};              ///< a second location (a label's first binding); mostly unknown
  std::int64_t first = 0;
  std::int64_t second = 0;
  inline_text<94> name = {};
  inline_text<62> of = {};
};
static_assert(std::is_trivially_copyable_v<error>);

/// A value, or the error that prevented it.
template <class T>
using result = std::expected<T, error>;

/// Wraps an error, to return it as a result<T>.
inline std::unexpected<error> failure(const error& what) { return std::unexpected<error>(what); }

/// A destination for text: a function and its argument. Owns neither; `target` must be valid whenever something is written.
class text_sink {
 public:
  /// Takes `length` bytes at `text`: not terminated, valid during the call. A sentence comes in several calls.
  using write_fn = void (*)(void* target, const char* text, std::size_t length);
  constexpr text_sink(write_fn write, void* target) : write_(write), target_(target) {}

  void text(std::string_view piece) const { write_(target_, piece.data(), piece.size()); }
  void number(std::int64_t value) const;  ///< in decimal
  void hex(std::uint64_t value) const;    ///< as in "0x1f"

 private:
  write_fn write_;
  void* target_;
};

/// Writes the error as one sentence: location, what is wrong, and after a semicolon what to do, if there is something to do.
/// `also`, if known, follows on a second line. No newline at the end. Control characters in names are written as '?'.
void describe(const error& what, const text_sink& out);

/// Writes the sentence without the locations.
void describe_cause(const error& what, const text_sink& out);

/// The enumerator's name, for programs to compare ("unknown_hook"). A string literal. In the freestanding core, which has only
/// the sentences of the causes that it reports, empty for the others; describe() then writes no sentence either.
std::string_view word(cause why);

}  // namespace lsmith
#pragma GCC visibility pop
