// The context of a hook program is an array of 8-byte slots: the arguments in order, then the return value of the previous
// program. So the offset of an argument depends on the sizes of the arguments before it.
#include <lsmith/btf/resolve/evaluate.hpp>

#include <lsmith/btf/resolve/match.hpp>
#include <lsmith/btf/search/targets.hpp>
#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::btf::detail {
namespace {

// Kernels since 6.14 append this to the names of some arguments that may be null. A relocation names them without it.
constexpr std::string_view nullable_suffix = "__nullable";

bool is_about_function(core_relo_kind kind) { return kind == core_relo_kind::hook_id || kind == core_relo_kind::function_id; }

void set_value(relocation& relo, std::int64_t value) {
  relo.value = value;
  relo.failed = cause::none;
}

}  // namespace

bool evaluator::evaluate(relocation& relo, const seen& found) {
  if (contains(kinds(kind::func), found.head.what())) return evaluate_function(relo, found);
  if (is_field(relo.kind)) return evaluate_field(relo, found);
  if (relo.kind == core_relo_kind::enumval_exists || relo.kind == core_relo_kind::enumval_value)
    return evaluate_enumerator(relo, found);
  return evaluate_type(relo, found);
}

// -------------------------------------------------------------------------------------------------------- functions --

bool evaluator::evaluate_function(relocation& relo, const seen& func) {
  if (is_about_function(relo.kind)) return set_value(relo, func.at.id), true;
  seen proto;
  if (func.head.type() == type_id::none) return kernel_.contradicts(func, "type");
  if (!kernel_.look(func.head.type(), proto)) return false;
  if (proto.head.what() != kind::func_proto) return kernel_.contradicts(func, "type");
  return evaluate_slot(relo, proto);
}

// An argument takes one slot of 8 bytes, or two if it is larger, which only a struct passed by value is.
bool evaluator::evaluate_slot(relocation& relo, const seen& proto) {
  std::int64_t slots = 0;
  for (std::uint32_t i = 0; i < proto.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!kernel_.spend(1) || !kernel_.entry(proto, i, sizeof(raw_param), at)) return false;
    const auto param = read_as<raw_param>(at);
    const bool is_it = relo.kind == core_relo_kind::argument_slot &&
                       (kernel_.name_is(param.name, relo.name) || kernel_.name_is(param.name, {relo.name, nullable_suffix}));
    if (is_it) return set_value(relo, slots * 8), true;
    std::uint64_t size = 0;
    if (!kernel_.size_of(static_cast<type_id>(param.type), size)) return false;
    slots += size > 8 ? 2 : 1;
  }
  if (relo.kind == core_relo_kind::previous_retval) return set_value(relo, slots * 8), true;
  relo.failed = cause::unknown_argument;
  relo.missing = relo.name;
  return true;
}

// ------------------------------------------------------------------------------------------------------------ types --

bool evaluator::type_fits(const relocation& relo, type_id found, bool& fits) {
  fits = true;
  if (own_ == nullptr || relo.like == type_id::none) return true;
  matcher both(*own_, kernel_);
  return relo.kind == core_relo_kind::type_matches ? both.matches(relo.like, found, fits)
                                                   : both.compatible(relo.like, found, fits);
}

bool evaluator::evaluate_type(relocation& relo, const seen& found) {
  bool fits = false;
  if (!type_fits(relo, static_cast<type_id>(found.at.id), fits)) return false;
  if (!fits) return true;
  if (relo.kind != core_relo_kind::type_size)
    return set_value(relo, relo.kind == core_relo_kind::type_id_target ? found.at.id : 1), true;
  std::uint64_t size = 0;
  if (!kernel_.size_of(static_cast<type_id>(found.at.id), size)) return false;
  return set_value(relo, static_cast<std::int64_t>(size)), true;
}

// ------------------------------------------------------------------------------------------------------ enumerators --

bool evaluator::evaluate_enumerator(relocation& relo, const seen& named) {
  seen found;
  if (!kernel_.strip(static_cast<type_id>(named.at.id), found)) return false;
  if (!contains(enums, found.head.what())) return true;
  relo.failed = cause::unknown_enumerator;
  relo.missing = relo.name;
  const bool wide = found.head.what() == kind::enum64;
  const std::string_view name = without_flavour(relo.name);
  for (std::uint32_t i = 0; i < found.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!kernel_.spend(1) || !kernel_.entry(found, i, wide ? sizeof(raw_enumerator64) : sizeof(raw_enumerator), at)) return false;
    const auto low = read_as<std::uint32_t>(at + 4);
    const std::uint32_t extended = found.head.flag() && low >> 31 != 0 ? 0xffff'ffff : 0;
    const std::uint32_t high = wide ? read_as<std::uint32_t>(at + 8) : extended;
    if (!kernel_.name_is(read_as<std::uint32_t>(at), name)) continue;
    const std::uint64_t value = std::uint64_t{high} << 32 | low;
    return set_value(relo, relo.kind == core_relo_kind::enumval_exists ? 1 : static_cast<std::int64_t>(value)), true;
  }
  return true;
}

}  // namespace lsmith::btf::detail
