// A program contains numbers that differ between kernels: the type id of a hook, the slot of an argument, the offset of a
// member. Each is left open as a relocation, and computed from the kernel's BTF when the program is loaded. The first thirteen
// kinds are those of CO-RE ("compile once, run everywhere"), with the kernel's numbers (enum bpf_core_relo_kind in
// include/uapi/linux/bpf.h). CO-RE has no kinds for the rest.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::btf {

/// The kind of a relocation. Each comment says what `type` and `name` of the relocation contain, then what its value is.
enum class core_relo_kind : std::uint8_t {
  field_byte_offset = 0,   ///< type, member path: bytes from the start of the type
  field_byte_size = 1,     ///< type, member path: size in bytes
  field_exists = 2,        ///< type, member path: 1 or 0
  field_signed = 3,        ///< type, member path: 1 or 0
  field_lshift_u64 = 4,    ///< type, member path: left shift that moves the bitfield's top bit to bit 63
  field_rshift_u64 = 5,    ///< type, member path: right shift that then moves its lowest bit to bit 0
  type_id_local = 6,       ///< type: its id in the program's own BTF (relocation::like)
  type_id_target = 7,      ///< type: its id in the kernel's BTF
  type_exists = 8,         ///< type: 1 or 0
  type_size = 9,           ///< type: size in bytes
  enumval_exists = 10,     ///< enum type, enumerator: 1 or 0
  enumval_value = 11,      ///< enum type, enumerator: its value
  type_matches = 12,       ///< type: 1 or 0

  // A hook is named by its own name ("file_open", which is FUNC bpf_lsm_file_open), or by the name of the function that calls
  // all LSMs ("security_file_open"). No hook's own name begins with "security_".
  hook_id = 32,            ///< name is the hook: type id of its FUNC
  argument_slot = 33,      ///< type is the hook, name the argument: bytes from the context's start (8 per slot)
  previous_retval = 34,    ///< type is the hook: bytes from the context's start to the slot after the last argument
  function_id = 35,        ///< name is the function: type id of its FUNC
};

/// Whether the kind is one of CO-RE, which a .BTF.ext record can express. The other kinds are lsmith's own.
constexpr bool is_core(core_relo_kind kind) { return kind <= core_relo_kind::type_matches; }

}  // namespace lsmith::btf
