// Loading one program. A log costs the verifier more than the program does, so none is asked for at first; only after a
// refusal the program is loaded once more, with a log, to learn the reason. The first answer is the true errno: with a
// log buffer that is too small even a good program fails, with ENOSPC.
#pragma once

#include <lsmith/asm/object.hpp>
#include <lsmith/asm/resolve.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/abi.hpp>
#include <lsmith/loader/program_types.hpp>
#include <lsmith/loader/refusal.hpp>

namespace lsmith::loader {

/// The kernel's words for how a program is attached.
abi::attach_type attach_type_of(attach_kind kind);

/// Loads a program whose code is ready: every relocation answered. `licence` is the object's. The refusal names the C++
/// line of the instruction that the verifier stopped at. With a token it is loaded by what that allows.
granted<fd> load(const program& source, const resolved_program& ready, const std::string& licence, const fd& token = {});

/// The same with types and questions that are described already (describe_for_kernel). A kernel before 5.17 refuses
/// questions: kernel_too_old.
granted<fd> load_described(const program& source, const resolved_program& ready, const program_types& described, const std::string& licence,
                          const fd& token = {});

}  // namespace lsmith::loader
