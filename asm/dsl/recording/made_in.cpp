#include <lsmith/asm/dsl/recording/made_in.hpp>

#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

made_in::made_in(recording& in) : number_(in.id()) {}

made_in::made_in(recording& in, node_id made) : number_(in.id()), where_(in[made].where) {}

std::uint64_t made_in::number_under_way() { return recording::under_way().id(); }

recording& made_in::at(const written_at& use) const {
  recording& now = recording::under_way();
  if (now.id() != number_) now.add_foreign(use);
  return now;
}

node_id made_in::own(node_id made, const written_at& use) const {
  if (made == node_id::none || is_own()) return made;
  return at(use).nothing(use);
}

}  // namespace lsmith::dsl
