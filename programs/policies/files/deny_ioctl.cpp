// Threat: some ioctls have effects far beyond their file: TIOCSTI types into the terminal of another user, TIOCLINUX pastes
// into a console, KVM_CREATE_VM gives access to all of KVM.
// Hooks: file_ioctl, from Linux 5.7; file_ioctl_compat, which Linux 6.8 and newer call for 32-bit programs. Older kernels call
//   file_ioctl for them too. So a policy that uses only one of the two hooks has a gap on newer kernels.
// Not stopped: what a device offers without ioctl, such as writing to the master side of a terminal; commands with other
//   numbers that have the same effect.
// Not taken back: what was typed.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

// include/uapi/asm-generic/ioctls.h, include/uapi/linux/kvm.h; the same for 32-bit programs
constexpr named_number commands[] = {
    {"TIOCSTI", 0x5412}, {"TIOCLINUX", 0x541c}, {"TIOCSETD", 0x5423}, {"TIOCCONS", 0x541d}, {"KVM_CREATE_VM", 0xae01}};
constexpr std::string_view of_terminals = "TIOCSTI,TIOCLINUX";

constexpr option_description own_options[] = {
    {"command", "LIST",
     "commands by name (TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS, KVM_CREATE_VM) or number "
     "(default: TIOCSTI,TIOCLINUX)"},
};

void write(policy& to, const option_values& values) {
  const auto refused = numbers_of(to, "--command: it takes names of ioctls, or numbers",
                                  value_of(values, "command", of_terminals), commands, UINT32_MAX);
  if (refused.empty()) return;
  const rule_function rule = [&](dsl::hook& h, const denier& deny) {
    const auto command = h.arg("cmd");
    h.when(command.in(refused), [&] { deny(EPERM, "ioctl", {{"command", command, value_form::hex}}); });
  };
  to.on("file_ioctl", "ioctls", rule);
  to.on_if_present("file_ioctl_compat", rule);
}

}  // namespace

constinit const ready_made deny_ioctl = {
    .name = "deny-ioctl",
    .summary = "deny ioctl commands that write into terminals, or other commands by name or number",
    .example = "lsmith run deny-ioctl --command TIOCSTI,TIOCLINUX --system",
    .hooks = "file_ioctl file_ioctl_compat",
    .lowest = "5.7",
    .not_undone = "what was typed before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
