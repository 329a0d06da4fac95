#include <lsmith/loader/errors/verifier_log.hpp>

#include <charconv>

namespace lsmith::loader {
namespace {

/// Removes the first line from `text` and returns it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// A line like "12: (85) call …": a slot, and what follows it.
struct numbered_line {
  std::uint32_t slot;
  std::string_view text;
};
std::optional<numbered_line> as_numbered(std::string_view line) {
  constexpr std::string_view separator = ": ";
  std::uint32_t slot = 0;
  const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), slot);
  const std::string_view rest(end, static_cast<std::size_t>(line.data() + line.size() - end));
  if (problem != std::errc{} || !rest.starts_with(separator)) return std::nullopt;
  return numbered_line{slot, rest.substr(separator.size())};
}

/// The slot of an instruction. One that the kernel does not know is printed as "3: BUG_db".
std::optional<std::uint32_t> instruction_slot(std::string_view line) {
  const auto numbered = as_numbered(line);
  const bool is_instruction = numbered && (numbered->text.starts_with('(') || numbered->text.starts_with("BUG_"));
  return is_instruction ? std::optional(numbered->slot) : std::nullopt;
}

/// What older kernels say about the arguments of a function before they go on without its types. It is the reason only if no other
/// one follows.
bool is_weak(std::string_view line) {
  return line.starts_with("reg type unsupported for arg#") ||
         (line.starts_with("Unrecognized arg#") && line.find(" type ") != line.npos);
}

/// Lines that are neither an instruction nor the reason: source lines, register states, statistics, progress.
bool is_commentary(std::string_view line) {
  constexpr std::string_view starts[] = {
      "; ",    "processed ", "verification time", "stack depth",  "from ", "func#",     "last_idx",
      "regs=", "parent ",    "mark_precise",      "propagating ", "R",     "Live regs", "BPF program is too large"};
  if (line.empty() || line.front() == ' ') return true;
  if (as_numbered(line)) return true;  // "3: R1=ctx()", or a source line: "3: policy.c:7: call f"
  for (std::string_view start : starts) {
    if (!line.starts_with(start)) continue;
    // "R1=ctx()" is a state, "R1 invalid mem access" is a reason.
    if (start == "R") return line.find('=') != std::string_view::npos && line.find('=') < line.find(' ');
    return start != "BPF program is too large";
  }
  return false;
}

/// The slot in a reason like "unreachable insn 3" or "back-edge from insn 3 to 2". These are reported before the verifier walks
/// any instruction.
std::optional<std::uint32_t> slot_in_reason(std::string_view reason) {
  constexpr std::string_view word = "insn ";
  const std::size_t at = reason.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint32_t slot = 0;
  const char* start = reason.data() + at + word.size();
  const auto [end, problem] = std::from_chars(start, reason.data() + reason.size(), slot);
  return problem == std::errc{} ? std::optional(slot) : std::nullopt;
}

/// Messages of kernel/bpf/verifier.c and kernel/bpf/bpf_lsm.c.
constexpr verifier_reason reasons[] = {
    {"points to disabled hook", cause::hook_not_attachable},
    {"points to wrong type name", cause::hook_not_attachable},
    {"is not modifiable", cause::hook_not_attachable},
    {"type STRUCT is unsupported", cause::hook_not_attachable},  // by value, before 6.1
    {"is not sleepable", cause::hook_not_sleepable},
    {"At program exit the register R0", cause::return_range},
    {"must have a GPL compatible license", cause::license_refused},
    {"unknown func ", cause::helper_refused},
    {"cannot use helper ", cause::helper_refused},  // 6.12+
    {"JIT is required", cause::jit_missing},  // for calls of kernel functions, if programs are interpreted
    {"total number of maps per program", cause::too_many_maps},  // 6.12+; older kernels write no reason
    {"BPF program is too large", cause::program_too_complex},
    {"is too complex", cause::program_too_complex},
};

cause classify(std::string_view reason) {
  for (const verifier_reason& known : reasons)
    if (reason.find(known.text) != std::string_view::npos) return known.why;
  return cause::verifier_rejected;
}

/// "bpf_probe_read_kernel" of "unknown func bpf_probe_read_kernel#113".
std::string helper_in(std::string_view reason) {
  const std::size_t start = reason.find("bpf_"), end = reason.find('#');
  if (start == std::string_view::npos || end == std::string_view::npos || end < start) return "a helper";
  return std::string(reason.substr(start, end - start));
}

}  // namespace

std::span<const verifier_reason> verifier_reasons() { return reasons; }

verifier_verdict read_verifier_log(std::string_view log) {
  verifier_verdict verdict;
  while (!log.empty()) {
    const std::string_view line = take_line(log);
    if (const auto slot = instruction_slot(line)) {
      verdict.slot = slot;
      verdict.reason.clear();
    } else if ((verdict.reason.empty() || is_weak(verdict.reason)) && !is_commentary(line)) {
      verdict.reason = line;
    }
  }
  verdict.why = classify(verdict.reason);
  if (!verdict.slot) verdict.slot = slot_in_reason(verdict.reason);
  if (verdict.why == cause::helper_refused) verdict.helper = helper_in(verdict.reason);
  return verdict;
}

}  // namespace lsmith::loader
