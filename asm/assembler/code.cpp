#include <lsmith/asm/assembler/code.hpp>

namespace lsmith::isa {

code::~code() = default;

}  // namespace lsmith::isa
