#include <lsmith/asm/resolve/core_relocations.hpp>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::elf {
namespace {

bool core_reaches(const isa::insn& at) {
  switch (isa::class_of(at.opcode)) {
    case isa::opclass::ldx:
    case isa::opclass::st:
    case isa::opclass::stx: return true;
    case isa::opclass::alu:
    case isa::opclass::alu64: return (at.opcode & isa::operand_in::x) == 0;
    default: return at.opcode == isa::ld_imm64_opcode && at.src() == isa::pseudo_source::number;
  }
}

std::unexpected<faults> kind_unknown(const btf::relocation& relo, const location& where) {
  fault wrong = {.why = cause::kind_unknown, .during = stage::assemble, .where = where};
  wrong.name = relo.name.empty() ? relo.type : relo.name;
  wrong.of = relo.type;
  return std::unexpected(faults(wrong));
}

}  // namespace

way way_of(const relocation& open, std::span<const isa::insn> code) {
  if (open.from == relocation_source::constant) return way::baked;
  if (open.from != relocation_source::kernel_types || open.kind == btf::core_relo_kind::function_id) return way::symbol;
  if (!btf::is_core(open.kind)) return way::baked;
  return core_reaches(code[open.slot]) ? way::core : way::symbol;
}

checked<resolved_object> resolve_for_kernel(const object& whole, btf::local_types& local, const btf::types& kernel,
                                            btf::encoder& types) {
  btf::source from = btf::source::mapped(kernel.raw());
  checked<resolved_programs> resolved = resolve(whole, from);
  if (!resolved) return std::unexpected(std::move(resolved.error()));

  resolved_object made = {.programs = std::move(*resolved)};
  std::vector<btf::relocation> relocations;
  std::vector<location> locations;
  for (std::size_t i = 0; i < whole.programs.size(); ++i)
    for (const relocation& open : whole.programs[i].relocations) {
      if (way_of(open, whole.programs[i].code) != way::core) continue;
      made.core_relocations.push_back({i, open.slot, open.kind, btf::without_keyword(open.type) != open.type});
      relocations.push_back({.kind = open.kind, .type = open.type, .name = open.name});
      locations.push_back(open.where);
    }
  if (auto read = btf::resolve(from, relocations); !read) return std::unexpected(faults(read.error()));
  for (std::size_t i = 0; i < relocations.size(); ++i)
    if (!local.ask(relocations[i])) return kind_unknown(relocations[i], locations[i]);
  std::vector<btf::core_access> accesses = local.finish(types);
  for (std::size_t i = 0; i < accesses.size(); ++i) made.core_relocations[i].access = std::move(accesses[i]);
  return made;
}

}  // namespace lsmith::elf
