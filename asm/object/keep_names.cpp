// Turns the names of a finished listing into relocations and function records. A file of its own: only binaries whose
// listings have names link it.
#include <lsmith/asm/isa/operands.hpp>

#include <lsmith/asm/object/code.hpp>

namespace lsmith::isa {

void keep_name(const reference& name, std::uint32_t slot, code& in) {
  in.relocations.push_back(
      {slot, name.from, name.kind, std::string(name.type), std::string(name.name), location::of(name.where)});
}

void keep_function(const reference& name, std::uint32_t slot, code& in) {
  in.functions.push_back({slot, std::string(name.name), location::of(name.where)});
}

}  // namespace lsmith::isa
