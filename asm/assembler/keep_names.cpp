// What becomes of the names in a listing when it is finished.
#include <lsmith/asm/isa/operands.hpp>

#include <lsmith/asm/assembler/code.hpp>

namespace lsmith::isa {

void keep_name(const reference& name, std::uint32_t slot, code& in) {
  in.relocations.push_back({slot, name.from, name.kind, std::string(name.type), std::string(name.name), location::of(name.where)});
}

void keep_function(const reference& name, std::uint32_t slot, code& in) {
  in.functions.push_back({slot, std::string(name.name), location::of(name.where)});
}

}  // namespace lsmith::isa
