#include <lsmith/asm/assembler/make_program.hpp>

namespace lsmith::isa {

program make_program(std::string_view name, std::string_view hook, code body) {
  for (relocation& one : body.relocations)
    if (one.type.empty() && (one.kind == btf::core_relo_kind::argument_slot || one.kind == btf::core_relo_kind::previous_retval))
      one.type = hook;
  return {.name = std::string(name),
          .hook = std::string(hook),
          .code = std::move(body.insns),
          .relocations = std::move(body.relocations),
          .lines = std::move(body.lines),
          .functions = std::move(body.functions)};
}

}  // namespace lsmith::isa
