#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

std::span<const example> all() {
  static constexpr example rows[] = {
      {"packet-sockets", "01_packet_sockets.cpp", packet_sockets},
      {"heap-protection", "02_heap_protection.cpp", heap_protection},
      {"module-lock", "03_module_lock.cpp", module_lock},
      {"deleted-programs", "04_deleted_programs.cpp", deleted_programs},
      {"guarded-name", "05_guarded_name.cpp", guarded_name},
      {"mail-port", "06_mail_port.cpp", mail_port},
      {"namespace-ptrace", "07_namespace_ptrace.cpp", namespace_ptrace},
      {"shielded-process", "08_shielded_process.cpp", shielded_process},
      {"known-programs", "09_known_programs.cpp", known_programs},
      {"egress", "10_egress.cpp", egress},
  };
  return rows;
}

const example* find(std::string_view name) {
  for (const example& each : all())
    if (each.name == name) return &each;
  return nullptr;
}

}  // namespace lsmith::examples
