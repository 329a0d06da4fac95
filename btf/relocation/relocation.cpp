#include <lsmith/btf/relocation/relocation.hpp>

namespace lsmith::btf {

bool is_ambiguous(const relocation& asked) {
  const std::size_t told = asked.candidates < asked.room.size() ? asked.candidates : asked.room.size();
  for (std::size_t i = 1; i < told; ++i)
    if (asked.room[i].value != asked.room[0].value) return true;
  return false;
}

error error_of(const relocation& asked) {
  error e;
  e.why = asked.failed;
  e.during = stage::resolve;
  e.name = asked.missing;
  e.of = asked.type;
  return e;
}

}  // namespace lsmith::btf
