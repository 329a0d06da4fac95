#include <lsmith/btf/resolve/evaluate.hpp>

#include <lsmith/btf/resolve/match.hpp>
#include <lsmith/btf/search/targets.hpp>
#include <lsmith/btf/search/texts.hpp>

namespace lsmith::btf::detail {
namespace {

// Kernels from 6.14 on mark some arguments that may be null in their names; they are the same arguments.
constexpr std::string_view nullable_suffix = "__nullable";

bool is_about_function(question ask) { return ask == question::hook_id || ask == question::function_id; }

void set_answer(wanted& asked, std::int64_t value) {
  asked.value = value;
  asked.failed = cause::none;
}

}  // namespace

bool answers::answer(wanted& asked, const seen& found) {
  if (contains(kinds(kind::func), found.head.what())) return answer_function(asked, found);
  if (is_field(asked.ask)) return answer_field(asked, found);
  if (asked.ask == question::enumval_exists || asked.ask == question::enumval_value) return answer_enumerator(asked, found);
  return answer_type(asked, found);
}

// -------------------------------------------------------------------------------------------------------- functions --

bool answers::answer_function(wanted& asked, const seen& func) {
  if (is_about_function(asked.ask)) return set_answer(asked, func.at.id), true;
  seen proto;
  if (func.head.type() == type_id::none) return kernel_.contradicts(func, "type");
  if (!kernel_.look(func.head.type(), proto)) return false;
  if (proto.head.what() != kind::func_proto) return kernel_.contradicts(func, "type");
  return answer_slot(asked, proto);
}

// Each argument takes the slots of 8 bytes that its size needs; only structs passed by value take more than one.
bool answers::answer_slot(wanted& asked, const seen& proto) {
  std::int64_t slots = 0;
  for (std::uint32_t i = 0; i < proto.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!kernel_.spend(1) || !kernel_.entry(proto, i, sizeof(raw_param), at)) return false;
    const auto param = read_as<raw_param>(at);
    const bool is_it = asked.ask == question::argument_slot &&
                       (kernel_.name_is(param.name, asked.name) || kernel_.name_is(param.name, {asked.name, nullable_suffix}));
    if (is_it) return set_answer(asked, slots * 8), true;
    std::uint64_t size = 0;
    if (!kernel_.size_of(static_cast<type_id>(param.type), size)) return false;
    slots += size > 8 ? 2 : 1;
  }
  if (asked.ask == question::previous_answer) return set_answer(asked, slots * 8), true;
  asked.failed = cause::unknown_argument;
  asked.missing = asked.name;
  return true;
}

// ------------------------------------------------------------------------------------------------------------ types --

bool answers::type_fits(const wanted& asked, type_id found, bool& fits) {
  fits = true;
  if (own_ == nullptr || asked.like == type_id::none) return true;
  matcher both(*own_, kernel_);
  return asked.ask == question::type_matches ? both.matches(asked.like, found, fits) : both.compatible(asked.like, found, fits);
}

bool answers::answer_type(wanted& asked, const seen& found) {
  bool fits = false;
  if (!type_fits(asked, static_cast<type_id>(found.at.id), fits)) return false;
  if (!fits) return true;
  if (asked.ask != question::type_size) return set_answer(asked, asked.ask == question::type_id_target ? found.at.id : 1), true;
  std::uint64_t size = 0;
  if (!kernel_.size_of(static_cast<type_id>(found.at.id), size)) return false;
  return set_answer(asked, static_cast<std::int64_t>(size)), true;
}

// ------------------------------------------------------------------------------------------------------ enumerators --

bool answers::answer_enumerator(wanted& asked, const seen& named) {
  seen found;
  if (!kernel_.strip(static_cast<type_id>(named.at.id), found)) return false;
  if (!contains(enums, found.head.what())) return true;
  asked.failed = cause::unknown_enumerator;
  asked.missing = asked.name;
  const bool wide = found.head.what() == kind::enum64;
  const std::string_view name = without_flavour(asked.name);
  for (std::uint32_t i = 0; i < found.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!kernel_.spend(1) || !kernel_.entry(found, i, wide ? sizeof(raw_enumerator64) : sizeof(raw_enumerator), at)) return false;
    const auto low = read_as<std::uint32_t>(at + 4);
    const std::uint32_t extended = found.head.flag() && low >> 31 != 0 ? 0xffff'ffff : 0;
    const std::uint32_t high = wide ? read_as<std::uint32_t>(at + 8) : extended;
    if (!kernel_.name_is(read_as<std::uint32_t>(at), name)) continue;
    const std::uint64_t value = std::uint64_t{high} << 32 | low;
    return set_answer(asked, asked.ask == question::enumval_exists ? 1 : static_cast<std::int64_t>(value)), true;
  }
  return true;
}

}  // namespace lsmith::btf::detail
