// The text assembler: a file of instructions, labels and directives becomes an object.
//
//   .license "Dual MIT/GPL"
//   .map events, ringbuf, 0, 0, 65536       ; name, type, key size, value size, entries[, flags]
//   .constant uid, 1000
//   .scope cgroup, "/sys/fs/cgroup/app"     ; or: uid, 33; which processes its programs bind, if they test it
//   .program deny_alg, socket_create        ; name, hook[, cgroup or modify_return][, sleepable]
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
//   .far_jumps gotol                        ; or islands: how this program and those after it encode far jumps
//
// Instructions are written in LLVM's form or as in the kernel's log. A name may be written instead of a number:
// argument(x), previous_retval(), field(type, path), field_size, field_exists, field_signed, field_lshift,
// field_rshift, type_size, type_exists, type_matches, type_id, enumerator(type, name), enumerator_exists,
// constant(x); in a 64-bit load also map_fd(x), map_value(x, offset), function(label).
// Calls take a number, bpf_name, a label, or kfunc(name).
#pragma once

#include <string>
#include <string_view>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa::text {

/// How a text is assembled.
struct options {
  line_info lines = line_info::keep;                  ///< whether the result has the line of each instruction
  isa::far_jumps far_jumps = isa::far_jumps::refuse;  ///< how far jumps are encoded until .far_jumps changes it
};

/// Reads instructions and labels; of the directives only .insn, .function and .far_jumps are allowed. `file` is the name of
/// the source in locations: it is not owned and must outlive the code and the faults. The source is not needed afterwards.
/// All faults are returned together: those of lines (statement.hpp), of labels and of the length (program_body.hpp).
checked<code> parse_code(std::string_view source, const char* file, const options& chosen = {});

/// Reads a file with directives. `file` as above. Further faults: outside_program, unknown_directive, unknown_map_type,
/// duplicate_name, name_invalid. The object is not checked as a whole: check() finds, for example, a map that is missing.
checked<object> parse(std::string_view source, const char* file, const options& chosen = {});

/// Whether a line begins with a directive other than .insn, .function and .far_jumps: then the text is a file for parse(),
/// else instructions for parse_code().
bool has_directives(std::string_view source);

/// The faults as text: each with its source line, a caret under the column, and names that may have been meant. `source` is
/// the text that was parsed. `before` is put before each fault. Control characters are shown as "?".
std::string explain(const faults& all, std::string_view source, std::string_view before = {});

}  // namespace lsmith::isa::text
#pragma GCC visibility pop
