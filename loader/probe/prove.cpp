#include <lsmith/loader/probe/prove.hpp>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>

#include <cerrno>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/loader/kernel/memory_limit.hpp>
#include <lsmith/loader/kernel/token.hpp>
#include <lsmith/loader/load/load_program.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

constexpr int unknown_option = 0x6c736d74;  // no option of prctl(2) is near it
constexpr int probe_errno = ECANCELED;      // prctl(2) itself returns EINVAL
constexpr std::string_view hook = "task_prctl";

checked<object> probe_program(std::uint64_t number, attach_kind attached) {
  using namespace isa;
  assembler code;
  const label leave = code.new_label("leave");
  code({
      load(r2, mem64[r1 + argument("option")]),
      load(r3, mem64[r1 + argument("arg2")]),
      mov(r0, attached == attach_kind::modify_return ? 0 : -ENOSYS),
      jne(w2, unknown_option, leave),
      ld_imm64(r4, number),
      jne(r3, r4, leave),
      mov(r0, -probe_errno),
      bind(leave),
      exit(),
  });
  auto finished = std::move(code).finish();
  if (!finished) return std::unexpected(finished.error());
  object whole;
  whole.programs.push_back(make_program("lsmith_probe", hook, std::move(*finished)));
  whole.programs[0].attach = attached;
  return whole;
}

load_result<fd> load_probe(std::uint64_t number, const char* btf_path, attach_kind attached) {
  const auto whole = probe_program(number, attached);
  if (!whole) return load_failure(whole.error());
  kernel_btf kernel;
  if (auto opened = kernel.open(btf_path); !opened) return load_failure(opened.error());
  auto types = kernel.types();
  const auto ready = resolve(*whole, types);
  if (!ready) return load_failure(ready.error());
  const fd token = find_token();
  return load(whole->programs[0], (*ready)[0], {.license = whole->license, .token = token.get()});
}

/// Whether the probe program decides the call. A modify_return program is skipped while another process, which was interrupted
/// inside it, is in it on the same CPU (bpf_prog_check_recur() in include/linux/bpf.h). So a single call may not reach it;
/// several are tried.
bool probe_decides(std::uint64_t number) {
  constexpr int attempts = 16;
  for (int i = 0; i < attempts; ++i) {
    if (prctl(unknown_option, number, 0, 0, 0) != 0 && errno == probe_errno) return true;
    sched_yield();  // let the other process leave the program
  }
  return false;
}

}  // namespace

result<void> prove_enforcement(const char* btf_path, attach_kind attached) {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number)
    return failure({.why = cause::call_failed,
                    .during = stage::prove,
                    .system_error = static_cast<std::uint16_t>(errno),
                    .name = "getrandom"});
  const auto program = with_locked_memory([&] { return load_probe(number, btf_path, attached); });
  if (!program) return failure(program.error().what[0]);
  const auto link = attach_lsm(*program, attach_type_of(attached));
  if (!link)
    return failure({.why = cause::attach_failed,
                    .during = stage::prove,
                    .system_error = link.error().system_error,
                    .name = "lsmith_probe",
                    .of = hook});
  if (!probe_decides(number)) return failure({.why = cause::not_enforced, .during = stage::prove, .name = hook});
  return {};
}

}  // namespace lsmith::loader
