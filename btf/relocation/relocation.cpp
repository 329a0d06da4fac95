#include <lsmith/btf/relocation/relocation.hpp>

namespace lsmith::btf {

bool is_ambiguous(const relocation& relo) {
  const std::size_t stored = relo.candidates < relo.room.size() ? relo.candidates : relo.room.size();
  for (std::size_t i = 1; i < stored; ++i)
    if (relo.room[i].value != relo.room[0].value) return true;
  return false;
}

error error_of(const relocation& relo) {
  error e;
  e.why = relo.failed;
  e.during = stage::resolve;
  e.name = relo.missing;
  e.of = relo.type;
  return e;
}

}  // namespace lsmith::btf
