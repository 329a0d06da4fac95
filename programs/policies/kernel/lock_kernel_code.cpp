// Threat: root can load code into the kernel as a module, or start another kernel in its place (kexec).
// Hooks: kernel_read_file (finit_module(2), kexec_file_load(2)), kernel_load_data (init_module(2), kexec_load(2)),
//   kernel_module_request (a module that the kernel requests on behalf of a process), from Linux 5.10, the first where
//   kernel_read_file is called for all that this policy needs. The argument `id` says what is read: firmware, policies and
//   certificates are allowed.
// Not stopped: modules that are loaded already; live patches and BPF programs (guard-bpf); writing to /dev/mem.
// Not taken back: modules that were loaded before.
// On a machine that loads modules at boot, pin it --disarmed, and arm it once the devices have their modules.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"modules", "", "only modules (without this and --kexec: both)"},
    {"kexec", "", "only kexec"},
};

/// The ids that are denied, if this kernel has them.
struct refused_ids {
  std::string_view type;
  std::vector<std::string_view> names = {};
};

refused_ids known_ids(const policy& to, std::string_view type, std::initializer_list<std::string_view> names) {
  refused_ids all{type};
  for (const std::string_view name : names)
    if (to.has_enumerator(type, name)) all.names.push_back(name);
  return all;
}

void refuse_ids(policy& to, std::string_view hook, std::string_view part, std::string_view reason, const refused_ids& ids) {
  if (ids.names.empty()) return;
  to.on(hook, part, [&](dsl::hook& h, const denier& deny) {
    const auto id = h.arg("id");
    for (const std::string_view name : ids.names)
      h.when(id == h.enumerator(ids.type, name), [&] { deny(EPERM, reason, {{"id", id}}); });
  });
}

void refuse_modules(policy& to) {
  refuse_ids(to, "kernel_read_file", "modules from files", "module-file",
             known_ids(to, "kernel_read_file_id", {"READING_MODULE", "READING_MODULE_COMPRESSED"}));
  refuse_ids(to, "kernel_load_data", "modules from memory", "module-memory",
             known_ids(to, "kernel_load_data_id", {"LOADING_MODULE"}));
  to.on("kernel_module_request", "modules that the kernel requests",
        [](dsl::hook& h, const denier& deny) { deny(EPERM, "module-request", {}, "module", h.arg("kmod_name").text(32)); });
}

void refuse_kexec(policy& to) {
  refuse_ids(to, "kernel_read_file", "kernels from files", "kexec-file",
             known_ids(to, "kernel_read_file_id", {"READING_KEXEC_IMAGE", "READING_KEXEC_INITRAMFS"}));
  refuse_ids(to, "kernel_load_data", "kernels from memory", "kexec-memory",
             known_ids(to, "kernel_load_data_id", {"LOADING_KEXEC_IMAGE", "LOADING_KEXEC_INITRAMFS"}));
}

void write(policy& to, const option_values& values) {
  const bool one_of_them = is_given(values, "modules") || is_given(values, "kexec");
  if (!one_of_them || is_given(values, "modules")) refuse_modules(to);
  if (!one_of_them || is_given(values, "kexec")) refuse_kexec(to);
}

}  // namespace

constinit const ready_made lock_kernel_code = {
    .name = "lock-kernel-code",
    .summary = "deny kernel modules and kexec, and allow firmware",
    .example = "lsmith run lock-kernel-code --system --pin lock --disarmed",
    .hooks = "kernel_read_file kernel_load_data kernel_module_request",
    .lowest = "5.10",
    .not_undone = "modules that are loaded",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
