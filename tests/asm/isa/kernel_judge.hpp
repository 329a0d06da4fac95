// What the running kernel does with the rows of the instruction table: which rows it accepts, how its log prints them, and
// what it changes in them before they run.
#pragma once

#include <sys/resource.h>

#include <charconv>
#include <map>
#include <string>
#include <string_view>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/table.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>

namespace lsmith::tests {

// Before 5.11, programs count against RLIMIT_MEMLOCK.
inline const bool locked_memory_unlimited = [] {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
}();

/// An instruction that was backported to a stable release, and how that release's log prints it.
struct carried_back {
  loader::kernel_version to;
  std::string_view mnemonic;
  std::string_view logged;
};
inline constexpr carried_back carried[] = {{{6, 1}, "gotol", "(06) if w0 jmp 0x1 goto pc+0"}};

inline const carried_back* carried_here(const isa::form& row) {
  for (const carried_back& one : carried)
    if (one.mnemonic == row.mnemonic && one.to == loader::running_kernel()) return &one;
  return nullptr;
}

/// Whether the running kernel is new enough for the row, or has it as a backport.
inline bool known_here(const isa::form& row) {
  const loader::kernel_version here = loader::running_kernel();
  const kernel_version release{static_cast<std::uint8_t>(here.major), static_cast<std::uint8_t>(here.minor)};
  return row.since <= release || carried_here(row) != nullptr;
}

/// The instructions of a verifier log by their slots: "12: (b7) r0 = 0                ; R0_w=0".
inline std::map<std::uint32_t, std::string> instructions_of(std::string_view log) {
  std::map<std::uint32_t, std::string> found;
  while (!log.empty()) {
    std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    std::uint32_t slot = 0;
    const auto [end, wrong] = std::from_chars(line.data(), line.data() + line.size(), slot);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (wrong != std::errc{} || !line.starts_with(": (")) continue;
    line = line.substr(2, line.find(" ;") - 2);
    found[slot] = line.substr(0, line.find_last_not_of(' ') + 1);
  }
  return found;
}

/// What the kernel changes in an instruction between load and execution.
enum class fate : std::uint8_t {
  kept,
  numbers_replaced,  ///< file descriptors become ids, helpers and kfuncs addresses, distances of calls change
  followed,          ///< kept, and another instruction is added after it
  rewritten,         ///< replaced by other instructions
};

/// The fate of a row whose numbers are all 1 (convert_pseudo_ld_imm64, do_misc_fixups, jit_subprogs in kernel/bpf/verifier.c).
inline fate fate_of(const isa::form& row) {
  using namespace isa;
  if (row.opcode == ld_imm64_opcode) return row.src.value == pseudo_source::number ? fate::kept : fate::numbers_replaced;
  if (row.mnemonic.starts_with("call")) return fate::numbers_replaced;
  if (row.group == conformance::packet) return fate::rewritten;  // a call with a test after it
  if (row.mnemonic == "cmpxchg" && row.group == conformance::atomic32) return fate::followed;  // by w0 = w0
  for (const std::string_view changed : {"addr_space_cast", "may_goto"})
    if (row.mnemonic == changed) return fate::rewritten;
  const bool by_register = (row.opcode & operand_in::x) != 0;
  for (const std::string_view division : {"div", "mod", "sdiv", "smod"})
    if (row.mnemonic == division && by_register) return fate::rewritten;  // guarded against 0 and -1
  return fate::kept;
}

}  // namespace lsmith::tests
