#include <lsmith/loader/probe/probe.hpp>

#include <algorithm>
#include <cerrno>

#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/loader/errors/errno_table.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

/// How a hook's program is loaded.
struct manner {
  abi::attach_type attach = abi::attach_type::lsm_mac;
  std::uint32_t flags = 0;
};

/// Loads a program that returns this value. 0, or the errno.
int try_load(std::uint32_t hook_id, std::int32_t retval, const manner& how) {
  const isa::insn code[] = {isa::mov(isa::r0, retval).first(), isa::exit().first()};
  const auto loaded = load_program({.prog_type = static_cast<std::uint32_t>(abi::prog_type::lsm),
                                    .insn_cnt = std::size(code),
                                    .insns = abi::address(code),
                                    .license = abi::address("GPL"),
                                    .prog_flags = how.flags,
                                    .expected_attach_type = static_cast<std::uint32_t>(how.attach),
                                    .attach_btf_id = hook_id});
  return loaded ? 0 : loaded.error().system_error;
}

/// The range of return values. Tries those around the bounds that kernels have: -4095…0, 0…1, or none.
retval_range probe_retval(std::uint32_t hook_id) {
  constexpr std::int32_t around_bounds[] = {INT32_MIN, -4096, -4095, -1, 0, 1, 2, INT32_MAX};
  retval_range range{INT32_MAX, INT32_MIN};
  for (const std::int32_t retval : around_bounds) {
    if (try_load(hook_id, retval, {}) != 0) continue;
    range.least = std::min(range.least, retval);
    range.most = std::max(range.most, retval);
  }
  return range;
}

}  // namespace

result<hook_abilities> probe_hook(std::uint32_t hook_id) {
  const int refused = try_load(hook_id, 0, {});
  if (refused == EPERM) return failure(explain({.during = stage::load, .command = abi::command::prog_load}, EPERM));
  hook_abilities found;
  found.loadable = refused == 0;
  found.sleepable = try_load(hook_id, 0, {.flags = abi::prog_sleepable}) == 0;
  found.cgroup = try_load(hook_id, 1, {.attach = abi::attach_type::lsm_cgroup}) == 0;
  if (found.loadable) found.retval = probe_retval(hook_id);
  return found;
}

}  // namespace lsmith::loader
