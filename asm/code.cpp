#include <lsmith/asm/code.hpp>

namespace lsmith::isa {

code::~code() = default;

}  // namespace lsmith::isa
