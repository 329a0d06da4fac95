// A type's size may lie at the end of a chain: a typedef of an array of a const struct. Chains of real types are short and walked
// when somebody asks. Only damaged or hostile BTF has long ones; there all sizes are computed once, each from the next in its chain.
#include <lsmith/btf/types/image.hpp>

namespace lsmith::btf::detail {
namespace {

constexpr unsigned long_chain = 64;

/// What a type says about the size of a value: how many of what follows in the chain, or the size itself.
struct step {
  std::uint32_t next = 0;  ///< the following type's id; 0 at the end
  std::uint64_t factor = 1;
  std::uint64_t size = image::no_size;  ///< at the end
};

step step_of(const image& in, std::uint32_t id) {
  const tail of = in.tail_of(id);
  const kind what = of.head.what();
  if (what == kind::array) {
    const auto array = read_as<raw_array>(of.first);
    return {.next = array.element, .factor = array.count};
  }
  if (contains(transparent_kinds, what) || what == kind::var) return {.next = number(of.head.type())};
  if (what == kind::ptr) return {.size = in.pointer_size == 4 ? 4u : 8u};
  return {.size = contains(sized_kinds, what) ? of.head.size_or_type : image::no_size};
}

std::uint64_t multiply(std::uint64_t size, std::uint64_t factor) {
  std::uint64_t product = 0;
  return size == image::no_size || __builtin_mul_overflow(size, factor, &product) ? image::no_size : product;
}

}  // namespace

std::uint64_t image::size_of(std::uint32_t id) const {
  std::uint64_t factor = 1;
  std::uint32_t at = id;
  for (unsigned steps = 0; steps < long_chain; ++steps) {
    const step one = step_of(*this, at);
    if (one.next == 0) return multiply(one.size, factor);
    if (__builtin_mul_overflow(factor, one.factor, &factor)) return no_size;
    at = one.next;
  }
  return size_of_long_chain(id);
}

std::uint64_t image::size_of_long_chain(std::uint32_t id) const {
  if (id < first_id) return base->size_of_long_chain(id);
  std::call_once(sized, [this] { find_sizes(); });
  return sizes[id - first_id];
}

void image::find_sizes() const {
  constexpr std::uint64_t unknown = no_size - 1;
  sizes.assign(record_offsets.size(), unknown);
  std::vector<std::uint32_t> chain;
  for (std::uint32_t id = first_id; id < end_id(); ++id) {
    std::uint32_t at = id;
    while (at >= first_id && sizes[at - first_id] == unknown) {
      chain.push_back(at);
      at = step_of(*this, at).next;
      if (at == 0) break;
    }
    std::uint64_t size = no_size;
    if (at == 0) size = step_of(*this, chain.back()).size;
    else if (at < first_id) size = base->size_of_long_chain(at);
    else size = sizes[at - first_id];
    const bool ends_here = at == 0;
    for (std::size_t i = chain.size(); i-- > 0;) {
      if (!(ends_here && i + 1 == chain.size())) size = multiply(size, step_of(*this, chain[i]).factor);
      sizes[chain[i] - first_id] = size;
    }
    chain.clear();
  }
}

}  // namespace lsmith::btf::detail
