// What a program leaves open until it meets a kernel: the number of a hook, the slot of an argument, the offset of a
// member. Each is a question that type information answers with one number. The first thirteen are those of CO-RE
// ("compile once, run everywhere"), with the kernel's own numbers (enum bpf_core_relo_kind in include/uapi/linux/bpf.h);
// for the rest CO-RE has no word.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::btf {

/// A question about the types of a kernel. Comments: what `type` and `name` hold, and what the answer counts.
enum class core_relo_kind : std::uint8_t {
  field_byte_offset = 0,   ///< type, path of the member: bytes from the start of the type
  field_byte_size = 1,     ///< type, path: bytes
  field_exists = 2,        ///< type, path: 1 or 0
  field_signed = 3,        ///< type, path: 1 or 0
  field_lshift_u64 = 4,    ///< type, path: left shift that brings a bitfield's top bit to bit 63
  field_rshift_u64 = 5,    ///< type, path: right shift that brings it down again
  type_id_local = 6,       ///< type: id in the program's own BTF, which it brings (wanted::like)
  type_id_target = 7,      ///< type: id in the kernel's BTF
  type_exists = 8,         ///< type: 1 or 0
  type_size = 9,           ///< type: bytes
  enumval_exists = 10,     ///< enum type, enumerator: 1 or 0
  enumval_value = 11,      ///< enum type, enumerator: its value
  type_matches = 12,       ///< type: 1 or 0

  // A hook is named as in "file_open", which is FUNC bpf_lsm_file_open, or by the whole name of the function that asks all
  // LSMs, "security_file_open": no hook's own name begins so.
  hook_id = 32,            ///< name: hook: type id of its FUNC
  argument_slot = 33,      ///< type: hook, name: argument: bytes from the context's start (8 per slot)
  previous_retval = 34,    ///< type: hook: bytes from the context's start to the slot behind the last argument
  function_id = 35,        ///< name: function: type id of its FUNC
};

/// The numbers up to here travel as standard CO-RE records; the others are lsmith's own.
constexpr bool is_core(core_relo_kind q) { return q <= core_relo_kind::type_matches; }

}  // namespace lsmith::btf
