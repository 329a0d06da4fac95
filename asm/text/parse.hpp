// The text assembler: a file of instructions, labels and directives becomes an object.
//
//   .license "Dual MIT/GPL"
//   .map events, ringbuf, 0, 0, 65536       ; name, type, key size, value size, entries[, flags]
//   .constant uid, 1000
//   .program deny_alg, socket_create        ; name, hook[, cgroup][, sleepable]
//     r6 = *(u64 *)(r1 + argument(family))
//     if w6 == 38 goto deny
//     w0 = 0
//     exit
//   deny:
//     call count
//     r0 = -1
//     exit
//   .function count                         ; a label, and a function of this name
//     exit
//   .far_jumps gotol                        ; or islands: jumps of this program and the next that are too far
//
// Instructions are written in LLVM's form or as the kernel's log has them. A name may stand where a number goes:
// argument(x), previous_retval(), field(type, path), field_size, field_exists, field_signed, field_lshift,
// field_rshift, type_size, type_exists, type_matches, type_id, enumerator(type, name), enumerator_exists, constant(x); in a 64-bit load map_fd(x), map_value(x, offset), function(label).
// Calls take a number, bpf_name, a label, or kfunc(name).
#pragma once

#include <string>
#include <string_view>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa::text {

struct options {
  line_info lines = line_info::keep;
  isa::far_jumps far_jumps = isa::far_jumps::refuse;  ///< until the text says otherwise
};

/// Instructions and labels alone. `file` is for places: not owned, it outlives the code and the faults.
checked<code> parse_code(std::string_view source, const char* file, const options& chosen = {});

/// A whole file, with directives.
checked<object> parse(std::string_view source, const char* file, const options& chosen = {});

/// Whether a line begins with a directive: then the text is a file for parse(), else instructions for parse_code().
bool has_directives(std::string_view source);

/// The faults with the line that each is about, a caret under the place, and names that may have been meant; `before` stands
/// in front of each. Control letters are shown as question marks.
std::string explain(const faults& all, std::string_view source, std::string_view before = {});

}  // namespace lsmith::isa::text
