#include <lsmith/btf/base/pod_vector.hpp>

namespace lsmith {

void* move_to_larger(void* from, std::size_t used, std::size_t& room, std::size_t each) {
  room = larger_room(room);
  void* const to = ::operator new(room * each);
  if (used != 0) std::memcpy(to, from, used * each);
  ::operator delete(from);
  return to;
}

}  // namespace lsmith
