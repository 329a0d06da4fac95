#include <lsmith/asm/object/code.hpp>

namespace lsmith::isa {

code::~code() = default;

}  // namespace lsmith::isa
